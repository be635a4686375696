"""What an applicant may have: every policy in force, with the amount, the clauses, what would change it and
how policies stand to each other."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from funding.calculator import Answer, FactSpec
from funding.enums import Entitlement, RelationKind
from funding.facts import ASKED_EACH_TIME, NEVER_ASKED, Applicant, Found, Known, facts_for, known_of
from funding.facts.known import known_of_projects
from funding.models import Policy, PolicyRelation, PolicyVersion
from funding.report.answers import Asked, ask_version
from funding.report.entitlement import entitlement_of
from funding.selectors.matching import Offered, offered_to
from projects.models import Project

#: What is once lost never comes back: lacking one of these, nobody is "nearly" entitled.
LOST_FOR_GOOD = frozenset({"first_time", "not_paid_before"})


@dataclass(slots=True)
class Aside:
    """Why an amount is not counted beside another one, or what to look at."""

    kind: str
    other: Policy
    clause: str
    words: str


@dataclass(slots=True)
class Match:
    """One policy for one applicant. ``counts`` says whether the amount may stand in a sum: never a ceiling,
    a credit line, a tax, or the lower one of two that exclude each other."""

    version: PolicyVersion
    asked: Asked
    found: Mapping[str, Found]
    entitlement: Entitlement
    counts: bool = False
    is_set_aside: bool = False
    asides: list[Aside] = field(default_factory=list)

    @property
    def policy(self) -> Policy:
        return self.version.policy

    @property
    def is_example(self) -> bool:
        return self.policy.park_id is None

    @property
    def amount(self) -> Decimal | None:
        return self.asked.result.amount

    @property
    def currency(self) -> str:
        return self.asked.terms.currency

    @property
    def is_estimate(self) -> bool:
        return not all(one.is_verified for one in self.found.values())


@dataclass(frozen=True, slots=True)
class Question:
    """The next thing to ask: the fact that settles most. ``policy`` where the answer counts for it alone."""

    key: str
    spec: FactSpec
    policy: Policy | None
    settles: tuple[Policy, ...]
    version: PolicyVersion


@dataclass(frozen=True, slots=True)
class Matches:
    applicant: Applicant
    day: date
    known: Known
    rows: list[Match]
    described: list[Policy]
    question: Question | None

    def of(self, entitlement: str) -> list[Match]:
        return [one for one in self.rows if one.entitlement == entitlement]

    def counts(self) -> dict[str, int]:
        """How many policies of the park stand in each group; examples of other places are not counted."""
        found = dict.fromkeys(Entitlement.values, 0)
        for one in self.rows:
            if not one.is_example:
                found[one.entitlement] += 1
        return found

    def totals(self) -> dict[str, Decimal]:
        """Sums of awards that may be added, by currency."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for one in self.rows:
            if one.counts and one.amount is not None:
                found[one.currency] += one.amount
        return dict(found)


def matches_of_enterprises(enterprises: Iterable[Any], *, day: date) -> dict[int, Matches]:
    """By id of the enterprise; a fixed number of queries for any number of one park."""
    given = list(enterprises)
    known = known_of(given, day=day)
    return {pk: _matches(one, day) for pk, one in _with_offers(known, day)}


def matches_of_projects(projects: Iterable[Project], *, day: date) -> dict[int, Matches]:
    known = known_of_projects(projects, day=day)
    return {pk: _matches(one, day) for pk, one in _with_offers(known, day)}


def matches_of(applicant: Applicant, *, day: date) -> Matches:
    if isinstance(applicant, Project):
        return matches_of_projects([applicant], day=day)[applicant.pk]
    return matches_of_enterprises([applicant], day=day)[applicant.pk]


def _with_offers(known: Mapping[int, Known], day: date) -> list[tuple[int, tuple[Known, Offered]]]:
    offers: dict[int, Offered] = {}
    rows = []
    for pk, one in known.items():
        park_id = one.applicant.park_id
        if park_id not in offers:
            offers[park_id] = offered_to(park_id, day=day)
        rows.append((pk, (one, offers[park_id])))
    return rows


def _matches(given: tuple[Known, Offered], day: date) -> Matches:
    known, offered = given
    rows = [match(version, known) for version in offered.versions]
    settle(rows, offered.relations)
    rows.sort(key=lambda one: (one.is_example, _ORDER[one.entitlement], one.policy.code))
    return Matches(known.applicant, day, known, rows, offered.described, next_question(rows))


_ORDER = {kind: number for number, kind in enumerate(Entitlement)}


def match(version: PolicyVersion, known: Known) -> Match:
    """One version answered with what is known."""
    found = facts_for(known, version.compiled(), policy_id=version.policy_id)
    asked = ask_version(
        version=version, facts={key: one.value for key, one in found.items()}, as_of=known.day
    )
    verdict = entitlement_of(asked)
    if verdict is Entitlement.NEARLY and _is_lost(asked):
        verdict = Entitlement.NOT_ENTITLED
    return Match(version, asked, found, verdict)


def _is_lost(asked: Asked) -> bool:
    """The one condition that is not met can never be met again."""
    terms = asked.terms
    unmet = [one for one in asked.changes.obstacles if one.answer is Answer.UNMET]
    return any(LOST_FOR_GOOD.issuperset(terms.asked[one.condition.key]) for one in unmet)


def settle(rows: Sequence[Match], relations: Iterable[PolicyRelation]) -> None:
    """Which amounts may be added. Of two that exclude each other the higher one counts; equal ones by code.

    Only what the applicant is entitled to takes part; sums in different currencies are not compared, both
    then stay open and neither is added.
    """
    by_policy = {one.version.policy_id: one for one in rows}
    rivals: dict[int, list[tuple[int, PolicyRelation]]] = defaultdict(list)
    for relation in relations:
        first, second = by_policy.get(relation.policy_id), by_policy.get(relation.other_id)
        if first is None or second is None:
            continue
        if relation.kind in (RelationKind.EXCLUSIVE, RelationKind.HIGHER):
            rivals[relation.policy_id].append((relation.other_id, relation))
            rivals[relation.other_id].append((relation.policy_id, relation))
        elif relation.kind == RelationKind.SAME_BASE and _both_open(first, second):
            _say_same_base(first, second, relation.clause)
    _flag_bases(rows)
    entitled = [one for one in rows if one.entitlement is Entitlement.ENTITLED and one.amount is not None]
    standing: set[int] = set()
    for one in sorted(entitled, key=lambda row: (-(row.amount or Decimal(0)), row.policy.code)):
        above = [
            (by_policy[other], relation)
            for other, relation in rivals[one.version.policy_id]
            if other in standing
        ]
        for winner, relation in above:
            _set_aside(one, winner, relation)
        if not above:
            standing.add(one.version.policy_id)
        addable = one.asked.terms.outcome == "award" and not one.asked.terms.up_to
        one.counts = not one.is_set_aside and addable and not one.is_example
    for one in entitled:
        one.counts = one.counts and not one.is_set_aside


def _set_aside(loser: Match, winner: Match, relation: PolicyRelation) -> None:
    loser.is_set_aside = True
    if loser.currency != winner.currency:
        winner.is_set_aside = True
        words = _("not to be had together; the currencies differ, so neither is added")
        winner.asides.append(Aside(relation.kind, loser.policy, relation.clause, words))
    elif relation.kind == RelationKind.HIGHER:
        words = _("the higher one counts, not both")
    else:
        words = _("one or the other: the higher one is counted, the applicant chooses")
    loser.asides.append(Aside(relation.kind, winner.policy, relation.clause, words))


_OPEN = (Entitlement.ENTITLED, Entitlement.NEARLY, Entitlement.MISSING, Entitlement.DECISION)


def _both_open(first: Match, second: Match) -> bool:
    return first.entitlement in _OPEN and second.entitlement in _OPEN


def _say_same_base(first: Match, second: Match, clause: str) -> None:
    words = _("computed from the same base; ask whether both may be had")
    for one, other in ((first, second), (second, first)):
        if all(aside.other.pk != other.policy.pk for aside in one.asides):
            one.asides.append(Aside(RelationKind.SAME_BASE, other.policy, clause, words))


def _flag_bases(rows: Sequence[Match]) -> None:
    groups: dict[str, list[Match]] = defaultdict(list)
    for one in rows:
        if one.policy.base and one.entitlement in _OPEN:
            groups[one.policy.base].append(one)
    for members in groups.values():
        for number, first in enumerate(members):
            for second in members[number + 1 :]:
                if first.is_example == second.is_example:
                    _say_same_base(first, second, "")


def next_question(rows: Sequence[Match], *, later: Collection[str] = ()) -> Question | None:
    """The fact to ask for next: what settles most policies of the park first, then what settles most, then
    what is cheapest to answer. Facts that stand in the way come before those that only the amount needs.
    ``later`` names facts that were put off."""
    open_to: dict[tuple[str, int | None], list[Match]] = defaultdict(list)
    blocking: set[tuple[str, int | None]] = set()
    for one in rows:
        if one.entitlement is not Entitlement.MISSING:
            continue
        stops = _stopping(one.asked)
        for key in one.asked.questions:
            if key in NEVER_ASKED or key in later or key in decisions_of(one.version):
                continue
            name = (key, one.version.policy_id if key in ASKED_EACH_TIME else None)
            open_to[name].append(one)
            if key in stops:
                blocking.add(name)
    if not open_to:
        return None

    def rank(name: tuple[str, int | None]) -> tuple[Any, ...]:
        rows = open_to[name]
        own = sum(not row.is_example for row in rows)
        spec = rows[0].asked.terms.facts[name[0]]
        return (name not in blocking, -own, -len(rows), spec.cost, rows[0].policy.code, name[0])

    best = min(open_to, key=rank)
    first = open_to[best][0]
    policies = tuple(dict.fromkeys(one.policy for one in open_to[best]))
    return Question(
        best[0],
        first.asked.terms.facts[best[0]],
        first.policy if best[1] else None,
        policies,
        first.version,
    )


def _stopping(asked: Asked) -> set[str]:
    """Absent facts that a condition waits for."""
    return {
        key
        for one in asked.result.asked
        if one.answer is Answer.UNKNOWN
        for key, value in one.values.items()
        if value is None
    }


def decisions_of(version: PolicyVersion) -> frozenset[str]:
    """Facts that are a person's recorded decision: nobody answers them in passing."""
    terms = version.compiled()
    return frozenset(
        key
        for condition in terms.conditions
        if condition.test.op == "decision"
        for key in terms.asked[condition.key]
    )


def inputs_of(found: Mapping[str, Found]) -> dict[str, dict[str, Any]]:
    """The facts with their sources, as plain data to keep."""
    return {
        key: {
            "value": plain_value(one.value),
            "origin": str(one.origin),
            "label": one.label,
            "as_of": one.as_of,
            "verified": one.is_verified,
        }
        for key, one in found.items()
    }


def plain_value(value: Any) -> Any:
    """As JSON holds it, without losing a digit: numbers as text with a point."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    return value


def prefilled(policy: Policy, applicant: Applicant, *, day: date) -> dict[str, dict[str, Any]]:
    """Facts for an application: each fact that the version in force asks for, with value and source where
    one is known (``value`` None where not)."""
    version = next(iter(PolicyVersion.objects.on(day).filter(policy=policy)), None)
    if version is None:
        return {}
    if isinstance(applicant, Project):
        known = known_of_projects([applicant], day=day)[applicant.pk]
    else:
        known = known_of([applicant], day=day)[applicant.pk]
    found = inputs_of(facts_for(known, version.compiled(), policy_id=policy.pk))
    empty = {"value": None, "origin": "", "label": "", "as_of": "", "verified": False}
    return {key: found.get(key, dict(empty)) for key in version.compiled().facts}
