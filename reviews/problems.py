"""Conflicts of interest between an expert and a case. Pure: facts in, conflicts out."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ExpertTies:
    """What ties an expert to others. ``employers`` and ``names`` are name keys (``core.search.name_keys``):
    spellings of one name share a key."""

    expert_id: int
    names: frozenset[str] = frozenset()
    employers: frozenset[str] = frozenset()
    organisation_id: int | None = None
    enterprise_id: int | None = None
    incubator_ids: frozenset[int] = frozenset()
    #: Subjects and enterprises in which he declared an interest before.
    declared_subjects: frozenset[tuple[str, int]] = frozenset()
    declared_enterprises: frozenset[int] = frozenset()


@dataclass(frozen=True)
class CaseTies:
    """Who stands behind a case: enterprises, the incubator and its operator, people, mentors."""

    subject: tuple[str, int]
    enterprise_ids: frozenset[int] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    #: Name key → the name as it is written.
    organisations: dict[str, str] = field(default_factory=dict)
    incubator_id: int | None = None
    incubator: str = ""
    people: dict[str, str] = field(default_factory=dict)
    mentors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """``kind`` is a ``reviews.enums.ConflictKind``; ``about`` the name in which it was found."""

    kind: str
    about: str = ""


def conflicts_between(expert: ExpertTies, case: CaseTies) -> list[Conflict]:
    """Every conflict, the gravest first; empty where nothing is known that ties them."""
    return list(_found(expert, case))


def _found(expert: ExpertTies, case: CaseTies) -> Iterator[Conflict]:
    employer = _shared(expert.employers, case.organisations)
    same_record = (
        expert.enterprise_id in case.enterprise_ids or expert.organisation_id in case.organisation_ids
    )
    if employer or same_record:
        yield Conflict("employer", employer or next(iter(case.organisations.values()), ""))
    if case.incubator_id is not None and case.incubator_id in expert.incubator_ids:
        yield Conflict("incubator", case.incubator)
    if person := _shared(expert.names, case.people):
        yield Conflict("team", person)
    if mentor := _shared(expert.names, case.mentors):
        yield Conflict("mentor", mentor)
    if case.subject in expert.declared_subjects or expert.declared_enterprises & case.enterprise_ids:
        yield Conflict("declared")


def _shared(keys: frozenset[str], named: dict[str, str]) -> str:
    return next((name for key, name in named.items() if key in keys), "")
