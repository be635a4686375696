"""What belongs to the page of an enterprise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enterprises.enums import RecognitionKind
from enterprises.models import Enterprise, Recognition, YearlyFigure
from projects.models import Project, ReportedProject

LADDER = (
    RecognitionKind.TECH_SME,
    RecognitionKind.HNTE,
    RecognitionKind.POTENTIAL_GAZELLE,
    RecognitionKind.GAZELLE,
    RecognitionKind.UNICORN,
    RecognitionKind.LISTED,
)


@dataclass(frozen=True)
class Rung:
    """One rung of the growth ladder; reached once a verified title stands on it."""

    label: str
    recognition: Recognition | None

    @property
    def state(self) -> str:
        if self.recognition is None:
            return "ahead"
        return "done" if self.recognition.verified_at else "next"


def years_of(enterprise: Enterprise) -> list[YearlyFigure]:
    return list(enterprise.yearly_figures.select_related("entered_by", "verified_by").order_by("-year"))


def recognitions_of(enterprise: Enterprise) -> list[Recognition]:
    return list(
        enterprise.recognitions.select_related(
            "entered_by", "verified_by", "evidence", "filing", "talent_result"
        ).order_by("-granted_on", "pk")
    )


def ladder_of(recognitions: list[Recognition]) -> list[Rung]:
    """The ladder with the best title on each rung: verified before unverified, then the first granted."""
    best: dict[str, Recognition] = {}
    for item in sorted(recognitions, key=lambda item: (item.verified_at is None, item.granted_on)):
        best.setdefault(item.kind, item)
    return [Rung(str(kind.label), best.get(kind)) for kind in LADDER]


def projects_of(user: Any, enterprise: Enterprise) -> list[Project]:
    return list(
        Project.objects.visible_to(user)
        .filter(enterprise=enterprise)
        .select_related("incubator")
        .order_by("-updated_at", "pk")[:50]
    )


def reported_projects_naming(user: Any, enterprise: Enterprise) -> list[ReportedProject]:
    """Press reports of the same Chinese company name."""
    return list(ReportedProject.objects.visible_to(user).filter(name_zh=enterprise.name_zh)[:10])


def changes_by_year(years: list[YearlyFigure]) -> Mapping[int, Any]:
    """Growth of verified revenue on the year before, where both years are verified and in one currency."""
    known = {
        (item.year, item.currency): item.revenue_amount
        for item in years
        if item.verified_at and item.revenue_amount
    }
    return {
        year: amount / known[year - 1, currency] - 1
        for (year, currency), amount in known.items()
        if (year - 1, currency) in known
    }
