"""Editions of a contest and their divisions."""

from datetime import date
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from contests.models.places import provenance, read_in_park
from core.constraints import ordered
from core.enums import Qualifier
from incubators.models import Incubator, Named, Organisation, Park
from projects.models import Sector

#: The address of the public page is made of it, so it can be no number and no word of our own addresses.
CODE = RegexValidator(
    r"^(?!(?:new|entries|divisions|rounds|challenges|bids|awards|milestones|promotions|receipt|files)$)[a-z][a-z0-9-]*$",
    _("Begin with a small letter; then small letters, digits and hyphens. Some words are taken."),
)


class ContestQuerySet(models.QuerySet["Contest"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_in_park(user, "park"))

    def public(self) -> Self:
        """Those whose page anybody may read."""
        return self.filter(is_public=True)


class Contest(Named):
    """One edition: who holds it, with whom, by which rules. ``reported_entries`` is what was published,
    beside what is counted here."""

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="contests")
    code = models.SlugField(_("contest code"), max_length=60, unique=True, validators=[CODE])
    number = models.PositiveSmallIntegerField(_("number of the edition"))
    year = models.PositiveSmallIntegerField(_("contest year"))
    hosts: Any = models.ManyToManyField(
        Organisation, verbose_name=_("co-hosts"), blank=True, related_name="contests"
    )
    fields: Any = models.ManyToManyField(
        Sector, verbose_name=_("fields of the contest"), blank=True, related_name="+"
    )
    rules_zh = models.TextField(_("rules in Chinese"), blank=True)
    rules_en = models.TextField(_("rules in English"), blank=True)
    is_public = models.BooleanField(_("has a public page"), default=False)
    reported_entries = models.PositiveIntegerField(_("entries as published"), null=True, blank=True)
    reported_qualifier = models.CharField(
        _("published as"), max_length=12, choices=Qualifier.choices, default=Qualifier.EXACT
    )
    reported_source = models.CharField(_("where it was published"), max_length=200, blank=True)
    provenance = provenance()
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contest")
        verbose_name_plural = _("contests")
        constraints = [
            models.CheckConstraint(
                name="contests_contest_edition",
                condition=Q(number__gte=1, number__lte=200, year__gte=1990, year__lte=2100),
                violation_error_message=_("An edition has a number from 1 and a year from 1990 to 2100."),
            ),
        ]
        indexes = [models.Index(fields=["park", "-updated_at", "-id"], name="contests_newest")]

    @property
    def chain(self) -> str:
        return self.park.chain

    @property
    def rules(self) -> str:
        chinese = (get_language() or "zh").startswith("zh")
        return (self.rules_zh or self.rules_en) if chinese else (self.rules_en or self.rules_zh)


class DivisionQuerySet(models.QuerySet["Division"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(read_in_park(user, "contest__park"))


class Division(Named):
    """A division of an edition (赛区): a region with its own dates and its own numbers. ``closes_on`` is the
    last day on which entries are taken."""

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="divisions"
    )
    code = models.SlugField(_("division code"), max_length=20, validators=[CODE])
    region = models.CharField(_("region"), max_length=120, blank=True)
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator that organises it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opens_on = models.DateField(_("entries from"))
    closes_on = models.DateField(_("entries until"), help_text=_("the last day"))
    takes_form = models.BooleanField(_("public entry form is open"), default=False)
    provenance = provenance()
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contest division")
        verbose_name_plural = _("contest divisions")
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "code"],
                name="contests_division_once",
                violation_error_message=_("This contest already has a division with this code."),
            ),
            ordered(
                "opens_on",
                "closes_on",
                name="contests_division_dates",
                message=_("Entries close on the day they open, or later."),
            ),
        ]

    @property
    def park_id(self) -> int:
        return self.contest.park_id

    @property
    def chain(self) -> str:
        return self.contest.chain

    def is_open_on(self, day: date) -> bool:
        """Whether the public form takes entries on that day."""
        return self.takes_form and self.opens_on <= day <= self.closes_on
