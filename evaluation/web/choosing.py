"""What is to be evaluated: the incubator or park and the period that an address names.

Everything comes from the address, so that a page can be linked, left and found again. Codes are looked up
among what the person may evaluate: a stranger's code does not exist (404), whatever it contains.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.periods import BadPeriod, Kind, Period, recent_periods
from evaluation.models import Observation
from evaluation.selectors import evaluable_incubators, evaluable_parks
from incubators.models import Incubator, Park
from projects.models import ProjectFact

FIRST_YEAR = 2017
KINDS: tuple[Kind, ...] = ("year", "half", "quarter", "month")


def kind_labels() -> dict[str, str]:
    return {"year": _("Yearly"), "half": _("Half-yearly"), "quarter": _("Quarterly"), "month": _("Monthly")}


@dataclass(frozen=True)
class Subjects:
    """The parks (as a whole) and incubators that a person may evaluate, in the order of the list."""

    parks: tuple[Park, ...]
    incubators: tuple[Incubator, ...]

    @classmethod
    def of(cls, user: Any) -> "Subjects":
        return cls(tuple(evaluable_parks(user)), tuple(evaluable_incubators(user)))

    def find(self, key: str) -> "Subject":
        """The subject of ``incubator:zhangjiang`` or ``park:jiangyin``; Http404 for anything else."""
        for subject in self:
            if subject.key == key:
                return subject
        raise Http404(_("There is no such incubator or park in your care."))

    def __iter__(self) -> Any:
        yield from (Subject(park=park) for park in self.parks)
        yield from (Subject(incubator=incubator) for incubator in self.incubators)

    def choices(self) -> list[tuple[str, Any]]:
        """For a select: whole parks first, then the incubators."""
        parks = [(subject.key, subject.label) for subject in self if subject.park]
        incubators = [(subject.key, subject.label) for subject in self if subject.incubator]
        if not parks:
            return list(incubators)
        return [(_("Whole park"), parks), (_("One incubator"), incubators)]


@dataclass(frozen=True)
class Subject:
    """One incubator, or one park as a whole; exactly one of the two is set."""

    park: Park | None = None
    incubator: Incubator | None = None

    @property
    def key(self) -> str:
        return f"park:{self.park.code}" if self.park else f"incubator:{self._place.code}"

    @property
    def label(self) -> str:
        if self.park:
            return _("%(park)s, all incubators") % {"park": self.park.name}
        return self._place.name

    @property
    def _place(self) -> Incubator:
        assert self.incubator is not None
        return self.incubator

    def named(self) -> dict[str, Any]:
        """The keyword that services and selectors take."""
        return {"park": self.park} if self.park else {"incubator": self.incubator}


@dataclass(frozen=True)
class Selection:
    """What the page is about. ``wrong`` holds what the address says wrongly: field → sentence."""

    subject: Subject
    period: Period
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        return urlencode({"subject": self.subject.key, "period": self.period.code})

    @property
    def address(self) -> str:
        return f"{reverse('evaluation-home')}?{self.query}"


def read_selection(values: Mapping[str, str], subjects: Subjects, *, on: date) -> Selection | None:
    """The selection of an address; None for someone who may evaluate nothing."""
    subject = _read_subject(values, subjects)
    if subject is None:
        return None
    typed = values.get("period", "").strip()
    if not typed:
        return Selection(subject, default_period(subject, on=on))
    try:
        period = Period.parse(typed)
    except BadPeriod:
        message = _("Period: “%(typed)s” is no period. Write 2021, 2021-H1, 2021-Q2 or 2021-04.")
        shown = typed[:40].replace("\x00", "")
        return Selection(subject, default_period(subject, on=on), {"period": message % {"typed": shown}})
    if period.start > on:
        message = _("Period: %(period)s has not begun yet. Choose one up to today.")
        label = period.label(get_language() or "zh-hans")
        return Selection(subject, default_period(subject, on=on), {"period": message % {"period": label}})
    return Selection(subject, period)


def is_in_sight(values: Mapping[str, str], user: Any) -> bool:
    """Whether the person may at least read what the address names: then a refusal is honest, not a leak."""
    kind, _sign, code = values.get("subject", "").partition(":")
    if kind == "incubator":
        return code in set(Incubator.objects.visible_to(user).values_list("code", flat=True))
    return kind == "park" and code in set(Park.objects.of_scope(user).values_list("code", flat=True))


def _read_subject(values: Mapping[str, str], subjects: Subjects) -> Subject | None:
    for key in (
        values.get("subject"),
        f"incubator:{values['incubator']}" if values.get("incubator") else None,
        f"park:{values['park']}" if values.get("park") else None,
    ):
        if key:
            return subjects.find(key)
    return next(iter(subjects), None)


def default_period(subject: Subject, *, on: date) -> Period:
    """The last closed year, or the latest year before it with anything to evaluate."""
    closed = Period.containing(on, "year").previous()
    last = last_day_with_data(subject, until=closed.end - timedelta(days=1))
    return Period.containing(last, "year") if last else closed


def last_day_with_data(subject: Subject, *, until: date) -> date | None:
    """The last day up to ``until`` on which a measure or a fact of the subject falls."""
    measures: dict[str, Any]
    facts: dict[str, Any]
    if subject.park:
        measures, facts = {"incubator__park": subject.park}, {"project__park": subject.park}
    else:
        measures, facts = {"incubator": subject.incubator}, {"project__incubator": subject.incubator}
    days = [
        Observation.objects.filter(**measures, starts_on__lte=until).aggregate(last=Max("starts_on"))["last"],
        ProjectFact.objects.filter(**facts, on__lte=until).aggregate(last=Max("on"))["last"],
    ]
    return max((day for day in days if day), default=None)


def period_choices(period: Period, *, on: date) -> list[tuple[str, Any]]:
    """Periods of the same kind, newest first, back to the first year of the records; grouped where long."""
    until = max(on, period.start)
    first = min(FIRST_YEAR, period.year)
    count = (until.year - first + 1) * (12 // period.months)
    language = get_language() or "zh-hans"
    periods = [one for one in recent_periods(period.kind, until=until, count=count) if one.year >= first]
    if period.kind in ("year", "half"):
        return [(one.code, one.label(language)) for one in periods]
    years: dict[int, list[tuple[str, str]]] = {}
    for one in periods:
        years.setdefault(one.year, []).append((one.code, one.label(language)))
    return [(Period(year, "year", 1).label(language), choices) for year, choices in years.items()]


def kind_links(selection: Selection, *, on: date) -> Iterable[dict[str, Any]]:
    """The same time as a year, half-year, quarter or month: links, so that they need no script."""
    last = min(selection.period.end - timedelta(days=1), on)
    for kind, label in kind_labels().items():
        period = Period.containing(last, kind)  # type: ignore[arg-type]
        yield {
            "label": label,
            "url": Selection(selection.subject, period).address,
            "current": kind == selection.period.kind,
        }
