"""What is still missing before an evaluation is fair: months, verifications, targets; and who can mend it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core.errors import Conflict
from core.periods import Period
from enterprises.models import Recognition
from evaluation.enums import NodeKind
from evaluation.measures import MEASURES
from evaluation.models import Observation, Scheme
from evaluation.selectors.choices import language_or_active
from evaluation.selectors.freezing import as_of_day, scheme_for
from evaluation.selectors.frozen_rows import contract_rows
from incubators.models import Incubator, OperatorContract, Park
from projects.enums import FactKind
from projects.models import Project, ProjectFact

MOST_OF_A_KIND = 100


@dataclass(frozen=True)
class Scan:
    """The incubators and the time that are looked at."""

    incubators: Sequence[Incubator]
    period: Period
    as_of: date
    language: str

    @property
    def months(self) -> list[Period]:
        """Months of the period that have begun."""
        month = Period.containing(self.period.start, "month")
        found = []
        while month.start < self.period.end and month.start <= self.as_of:
            found.append(month)
            month = month.next()
        return found


def completeness(
    *,
    incubator: Incubator | None = None,
    park: Park | None = None,
    period: str,
    on: date,
    language: str | None = None,
) -> dict[str, Any]:
    """Gaps of one incubator, or of all of a park, up to ``on``, in a fixed number of queries."""
    spoken = language_or_active(language)
    wanted = Period.parse(period)
    chosen = [incubator] if incubator else _evaluated(park, wanted)
    scan = Scan(chosen, wanted, as_of_day(wanted, on), spoken)
    with override(spoken):
        gaps = [*_scheme_gaps(scan), *_month_gaps(scan), *_fact_gaps(scan), *_recognition_gaps(scan)]
        gaps += _contract_gaps(scan)
        return {
            "period": wanted.code,
            "is_complete": not gaps,
            "incubators": [{"code": row.code, "name": row.name} for row in chosen],
            "gaps": gaps,
        }


def _evaluated(park: Park | None, period: Period) -> list[Incubator]:
    """The sites of a park that an evaluation looks at: those with a contract, projects or measures."""
    contracts = OperatorContract.objects.filter(starts_on__lt=period.end, ends_on__gt=period.start)
    active = (
        Q(pk__in=contracts.values("incubator_id"))
        | Q(pk__in=Project.objects.filter(park=park, first_contact_on__lt=period.end).values("incubator_id"))
        | Q(pk__in=Observation.objects.filter(period__startswith=str(period.year)).values("incubator_id"))
    )
    return list(Incubator.objects.operating().filter(active, park=park).order_by("code"))


def _gap(
    code: str,
    incubator: Incubator | None,
    *,
    who: str,
    message: str,
    link: str,
    count: int = 1,
    **target: Any,
) -> dict[str, Any]:
    labels = {
        "operator": _("the operator"),
        "park": _("the park"),
        "finance": _("the park or its finance officer"),
    }
    return {
        "code": code,
        "incubator": {"code": incubator.code, "name": incubator.name} if incubator else None,
        "who": who,
        "who_label": labels[who],
        "message": message,
        "count": count,
        "link": {
            "kind": link,
            "id": None,
            "project_id": None,
            "incubator": incubator.code if incubator else None,
            "period": None,
            "measure": None,
            **target,
        },
    }


def _scheme_gaps(scan: Scan) -> Iterator[dict[str, Any]]:
    try:
        scheme_for(scan.period)
    except Conflict as error:
        yield _gap("scheme_missing", None, who="park", message=str(error), link="scheme")


def _month_gaps(scan: Scan) -> Iterator[dict[str, Any]]:
    months = scan.months
    codes = [month.code for month in months]
    verified: dict[tuple[int, str, str], bool] = {
        (row[0], row[1], row[2]): row[3] is not None
        for row in Observation.objects.filter(incubator__in=scan.incubators, period__in=codes).values_list(
            "incubator_id", "period", "measure", "verified_at"
        )
    }
    for incubator in scan.incubators:
        for month in months:
            known = {code: verified.get((incubator.pk, month.code, code)) for code in MEASURES}
            missing = [code for code, state in known.items() if state is None and MEASURES[code].required]
            waiting = [code for code, state in known.items() if state is False]
            yield from _gaps_of_month(scan, incubator, month, missing, waiting)


def _gaps_of_month(
    scan: Scan, incubator: Incubator, month: Period, missing: list[str], waiting: list[str]
) -> Iterator[dict[str, Any]]:
    for code, measures, who, text in (
        ("observation_missing", missing, "operator", _("%(month)s: not reported: %(measures)s")),
        ("observation_unverified", waiting, "park", _("%(month)s: waiting for verification: %(measures)s")),
    ):
        if measures:
            message = text % {"month": month.label(scan.language), "measures": _measure_names(scan, measures)}
            only = measures[0] if len(measures) == 1 else None
            yield _gap(
                code,
                incubator,
                who=who,
                message=message,
                link="observations",
                count=len(measures),
                period=month.code,
                measure=only,
            )


def _measure_names(scan: Scan, codes: list[str]) -> str:
    names = [MEASURES[code].name(scan.language) for code in codes]
    return ("、" if scan.language.startswith("zh") else ", ").join(names)


def _fact_gaps(scan: Scan) -> Iterator[dict[str, Any]]:
    facts = (
        ProjectFact.objects.filter(
            project__incubator__in=scan.incubators,
            project__merged_into=None,
            on__gte=scan.period.start,
            on__lt=scan.period.end,
            verified_at__isnull=True,
        )
        .select_related("project")
        .order_by("project__code", "on", "id")[:MOST_OF_A_KIND]
    )
    by_id: dict[int | None, Incubator] = {row.pk: row for row in scan.incubators}
    for fact in facts:
        returned = fact.returned_at is not None
        text = (
            _("%(project)s: “%(fact)s” was returned and has to be put right")
            if returned
            else _("%(project)s: “%(fact)s” is waiting for verification")
        )
        verifier = "finance" if fact.kind == FactKind.PAID_IN else "park"
        yield _gap(
            "fact_returned" if returned else "fact_unverified",
            by_id[fact.project.incubator_id],
            who="operator" if returned else verifier,
            message=text
            % {"project": f"{fact.project.code} {fact.project.name}", "fact": fact.get_kind_display()},
            link="fact",
            id=fact.pk,
            project_id=fact.project_id,
        )


def _recognition_gaps(scan: Scan) -> Iterator[dict[str, Any]]:
    rows = (
        Recognition.objects.filter(
            Q(enterprise__incubator__in=scan.incubators),
            enterprise__merged_into=None,
            granted_on__gte=scan.period.start,
            granted_on__lt=scan.period.end,
            verified_at__isnull=True,
        )
        .select_related("enterprise")
        .order_by("granted_on", "id")[:MOST_OF_A_KIND]
    )
    by_id: dict[int | None, Incubator] = {row.pk: row for row in scan.incubators}
    for row in rows:
        yield _gap(
            "recognition_unverified",
            by_id[row.enterprise.incubator_id],
            who="park",
            message=_("%(enterprise)s: “%(title)s” is waiting for verification")
            % {"enterprise": row.enterprise.name, "title": row.get_kind_display()},
            link="recognition",
            id=row.pk,
        )


def _contract_gaps(scan: Scan) -> list[dict[str, Any]]:
    contracts = contract_rows(scan.incubators, start=scan.period.start, end=scan.period.end)
    wanted = _indicators_with_targets(scan)
    gaps = []
    for incubator in scan.incubators:
        contract = contracts.get(incubator.pk)
        if contract is None:
            message = _("No contract covers this period, so indicators with a target are not scored")
            gaps.append(_gap("contract_missing", incubator, who="park", message=message, link="contract"))
            continue
        periods = {scan.period.code, str(scan.period.year)}
        known: dict[str, set[str]] = defaultdict(set)
        for target in contract["targets"]:
            known[target["indicator"]].add(target["period"])
        missing = [name for code, name in wanted if not known[code] & periods]
        if missing:
            names = ("、" if scan.language.startswith("zh") else ", ").join(missing)
            message = ngettext(
                "The contract sets no target for this indicator: %(names)s",
                "The contract sets no target for these indicators: %(names)s",
                len(missing),
            ) % {"names": names}
            gaps.append(
                _gap(
                    "target_missing",
                    incubator,
                    who="park",
                    message=message,
                    link="contract",
                    count=len(missing),
                    id=contract["id"],
                    period=scan.period.code,
                )
            )
    return gaps


def _indicators_with_targets(scan: Scan) -> list[tuple[str, str]]:
    try:
        scheme: Scheme = scheme_for(scan.period)
    except Conflict:
        return []
    nodes = scheme.nodes.filter(kind=NodeKind.INDICATOR, rule__type="target_ratio").select_related(
        "indicator"
    )
    return [(node.indicator.code, node.name) for node in nodes.order_by("position") if node.indicator]
