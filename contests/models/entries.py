"""Entries: one team with one project in one division."""

from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from contests.enums import EntryRefusal, EntrySource, EntryState
from contests.models.contests import Division
from contests.models.places import person, read_in_place
from core.constraints import paired
from core.search import name_keys
from incubators.models import Incubator, Park, Recognisable, Tracked
from outreach.models import Lead
from projects.models import Project, Sector


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: Any) -> Self:
        """The park's own people, and the operator whose team it is."""
        return self.filter(read_in_place(user, "park", "incubator"))


class Entry(Recognisable, Tracked):
    """What a team entered. ``name_zh`` and ``name_en`` are the title of its project; the contact is personal
    data. A team that came by the public form reads its entry by a secret link; only a hash of it is kept."""

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="+")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator of the team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contest_entries",
    )
    division = models.ForeignKey(
        Division, verbose_name=_("contest division"), on_delete=models.PROTECT, related_name="entries"
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    team = models.CharField(_("team or enterprise"), max_length=200)
    field = models.ForeignKey(
        Sector,
        verbose_name=_("field of work"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    summary = models.TextField(_("summary"), blank=True)
    region = models.CharField(_("where the team is"), max_length=120, blank=True)
    contact_name = models.CharField(_("contact person of the team"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), max_length=160, blank=True)
    source = models.CharField(_("entered by way of"), max_length=8, choices=EntrySource.choices)
    state = models.CharField(
        _("state of the entry"),
        max_length=10,
        choices=EntryState.choices,
        default=EntryState.RECEIVED,
        editable=False,
    )
    refusal = models.CharField(
        _("why not admitted"), max_length=14, choices=EntryRefusal.choices, blank=True, editable=False
    )
    refusal_words = models.TextField(_("reason in words"), blank=True, editable=False)
    received_on = models.DateField(_("received"), editable=False)
    judged_at = models.DateTimeField(_("admitted or not"), null=True, editable=False)
    judged_by = person(_("admitted or not by"))
    withdrawn_on = models.DateField(_("withdrawn"), null=True, editable=False)
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    lead = models.OneToOneField(
        Lead,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="contest_entry",
    )
    project = models.OneToOneField(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="contest_entry",
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("contest entry")
        verbose_name_plural = _("contest entries")
        constraints = [
            models.UniqueConstraint(
                fields=["division", "number"],
                name="contests_entry_number_once",
                violation_error_message=_("Another entry of the division has this number. Send it again."),
            ),
            models.UniqueConstraint(
                fields=["secret_hash"],
                condition=~Q(secret_hash=""),
                name="contests_entry_secret_once",
                violation_error_message=_("This form was sent already."),
            ),
            models.UniqueConstraint(
                fields=["division", "external_id"],
                condition=~Q(external_id=""),
                name="contests_entry_external_once",
                violation_error_message=_("The division has an entry with this number of your own."),
            ),
            paired("judged_at", "judged_by", name="contests_entry_judged_pair"),
            models.CheckConstraint(
                name="contests_entry_judged",
                condition=Q(state=EntryState.RECEIVED, judged_at__isnull=True)
                | Q(state__in=[EntryState.ADMITTED, EntryState.REFUSED], judged_at__isnull=False)
                | Q(state=EntryState.WITHDRAWN, withdrawn_on__isnull=False),
                violation_error_message=_("Somebody admits an entry or not, and the day is kept."),
            ),
            models.CheckConstraint(
                name="contests_entry_refused_with_reason",
                condition=(Q(state=EntryState.REFUSED) & ~Q(refusal="") & ~Q(refusal_words=""))
                | (~Q(state=EntryState.REFUSED) & Q(refusal="", refusal_words="")),
                violation_error_message=_("Whoever does not admit an entry says why."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="contests_entries_search"),
            GinIndex(fields=["name_keys"], name="contests_entries_names"),
            models.Index(fields=["division", "state"], name="contests_entries_of_state"),
            models.Index(fields=["updated_at", "id"], name="contests_entries_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} {self.name}"

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.team, self.receipt]

    def index_names(self) -> None:
        super().index_names()
        self.name_keys = list(name_keys(self.name_zh, self.name_en, self.team))

    @property
    def receipt(self) -> str:
        """The number by which the team speaks of its entry: division and number."""
        return f"{self.division.code.upper()}-{self.number:03d}"

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain

    @property
    def is_live(self) -> bool:
        return self.state in (EntryState.RECEIVED, EntryState.ADMITTED)
