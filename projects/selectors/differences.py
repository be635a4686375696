"""What is wrong with a table of gates, and how two tables differ. Pure, like the table itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from projects.stages import ALWAYS_ASKED, ALWAYS_VERIFIED, ASKABLE, MOVERS, Gate, Requirement, Table

LONGEST_DAYS = 365


@dataclass(frozen=True)
class Problem:
    """``code`` is stable; ``stage`` and ``subject`` say where."""

    code: str
    stage: str
    subject: str = ""


def problems_of(stage: str, gate: Gate) -> Iterator[Problem]:
    """Why this gate cannot be published.

    Landing, paid-in capital and the start of production need a second person in every park.
    """
    if not gate.movers or set(gate.movers) - set(MOVERS):
        yield Problem("movers", stage)
    if gate.days is not None and not 1 <= gate.days <= LONGEST_DAYS:
        yield Problem("days", stage)
    if stage in ALWAYS_ASKED:
        if not any(item.kind == "fact" and item.key == ALWAYS_ASKED[stage] for item in gate.requirements):
            yield Problem("always_asked", stage, ALWAYS_ASKED[stage])
        if not gate.second_person:
            yield Problem("second_person", stage)
    asked = Counter((item.kind, item.key) for item in gate.requirements)
    for (kind, key), count in asked.items():
        if key not in ASKABLE.get(kind, ()):
            yield Problem("unknown", stage, key)
        elif count > 1:
            yield Problem("twice", stage, key)
    for item in gate.requirements:
        yield from _of_requirement(stage, item)


def _of_requirement(stage: str, item: Requirement) -> Iterator[Problem]:
    if item.kind == "fact" and item.key in ALWAYS_VERIFIED and not item.verify:
        yield Problem("always_verified", stage, item.key)
    if item.kind in ("field", "condition"):
        if item.verify or item.proof:
            yield Problem("no_proof_here", stage, item.key)
    elif item.verify and not item.proof:
        yield Problem("verify_without_proof", stage, item.key)


@dataclass(frozen=True)
class Difference:
    """``what`` is added, removed, changed or rules; the requirement or gate before and after."""

    what: str
    stage: str
    before: Requirement | Gate | None = None
    after: Requirement | Gate | None = None


def differences(old: Table, new: Table) -> list[Difference]:
    """What the new table asks that the old one did not, and the other way round, in the order of the path."""
    found: list[Difference] = []
    for stage in [*new.gates, *(stage for stage in old.gates if stage not in new.gates)]:
        before, after = old.gate(stage), new.gate(stage)
        rules = (before.movers, before.second_person, before.days)
        if rules != (after.movers, after.second_person, after.days):
            found.append(Difference("rules", stage, before, after))
        was = {(item.kind, item.key): item for item in before.requirements}
        now = {(item.kind, item.key): item for item in after.requirements}
        for name, item in now.items():
            if name not in was:
                found.append(Difference("added", stage, None, item))
            elif was[name] != item:
                found.append(Difference("changed", stage, was[name], item))
        found += [Difference("removed", stage, item) for name, item in was.items() if name not in now]
    return found
