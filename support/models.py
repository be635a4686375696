"""Service tickets with time limits, mentors, and the record of every service."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered, paired, second_person
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator, Named, Park, Tracked, Verifiable
from incubators.scope import Action, scope_of
from projects.models import Project
from support.enums import EntryKind, MentorField, MentorRegion, ServiceKind, TicketState
from support.stages import last_day

ENDED = (TicketState.RESOLVED, TicketState.CLOSED)


class OfPlaceQuerySet(models.QuerySet[Any]):
    """Records that hang on a park and, mostly, on one of its incubators."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(scope_of(user).places(Action.READ).filter(park="park", incubator="incubator"))


class TicketTypeQuerySet(models.QuerySet["TicketType"]):
    def visible_to(self, user: Any) -> Self:
        """The types of everyone, and those of the parks one works in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(park=None) | Q(park__in=Park.objects.of_scope(user).values("pk")))


class TicketType(Named):
    """What a team may ask for, and within how many working days it is answered and done.

    A park's own type takes the place of the general one with the same code.
    """

    park = models.ForeignKey(
        Park, verbose_name=_("park"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    code = models.SlugField(_("code"), max_length=40)
    answer_days = models.PositiveSmallIntegerField(_("working days until the first answer"))
    done_days = models.PositiveSmallIntegerField(_("working days until it is done"))
    is_active = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TicketTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("type of ticket")
        verbose_name_plural = _("types of tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "code"],
                nulls_distinct=False,
                name="support_type_once_per_park",
                violation_error_message=_("This park already has a type of ticket with this code."),
            ),
            models.CheckConstraint(
                name="support_type_limits_in_order",
                condition=Q(answer_days__gte=1, done_days__gte=F("answer_days"), done_days__lte=366),
                violation_error_message=_(
                    "The first answer takes at least one working day, and the work no less than the answer."
                ),
            ),
        ]


class Ticket(Tracked):
    """Something that a team needs and the park or its operator sees to, within a time limit."""

    number = models.CharField(_("number"), max_length=24, unique=True)
    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="tickets")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    type = models.ForeignKey(
        TicketType, verbose_name=_("type"), on_delete=models.PROTECT, related_name="tickets"
    )
    title = models.CharField(_("what is needed"), max_length=160)
    text = models.TextField(_("details"), blank=True)
    asked_by = models.CharField(_("who asks"), max_length=80, blank=True, help_text=_("person of the team"))
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tickets",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("in charge"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_tickets",
    )
    state = models.CharField(
        _("state"), max_length=12, choices=TicketState.choices, default=TicketState.OPEN, editable=False
    )
    answer_due_at = models.DateTimeField(_("answer due"), editable=False)
    due_at = models.DateTimeField(_("due"), editable=False)
    answered_at = models.DateTimeField(_("first answered"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.TextField(_("what was done"), blank=True)
    rating = models.PositiveSmallIntegerField(_("satisfaction, 1 to 5"), null=True, blank=True)
    rating_note = models.CharField(_("words of the team"), max_length=300, blank=True)
    rated_at = models.DateTimeField(_("rated"), null=True, editable=False)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("files"), blank=True, related_name="tickets"
    )

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service ticket")
        verbose_name_plural = _("service tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "incubator", "external_id"],
                condition=~Q(external_id=""),
                nulls_distinct=False,
                name="support_ticket_external_id_once",
                violation_error_message=_(
                    "A ticket with this number of your own system is already recorded."
                ),
            ),
            ordered(
                "answer_due_at",
                "due_at",
                name="support_ticket_limits_in_order",
                message=_("A ticket is answered before it is done."),
            ),
            paired("resolved_at", "resolved_by", name="support_ticket_resolved_pair"),
            paired("rated_at", "rated_by", name="support_ticket_rated_pair"),
            models.CheckConstraint(
                name="support_ticket_resolved_with_words",
                condition=(Q(state__in=ENDED, resolved_at__isnull=False) & ~Q(outcome=""))
                | (~Q(state__in=ENDED) & Q(resolved_at__isnull=True)),
                violation_error_message=_("Whoever resolves a ticket says what was done."),
            ),
            models.CheckConstraint(
                name="support_ticket_rating_from_1_to_5",
                condition=Q(rating__isnull=True, rated_at__isnull=True)
                | Q(rating__gte=1, rating__lte=5, rated_at__isnull=False, state=TicketState.CLOSED),
                violation_error_message=_(
                    "Satisfaction is a number from 1 to 5, given when a ticket is closed."
                ),
            ),
            models.CheckConstraint(
                name="support_ticket_not_rated_by_its_solver",
                condition=Q(rated_by__isnull=True) | ~Q(rated_by=F("resolved_by")),
                violation_error_message=_("Whoever resolved the ticket does not rate it."),
            ),
        ]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="support_tickets_pull"),
            models.Index(fields=["incubator", "due_at", "id"], name="support_tickets_due"),
            models.Index(fields=["park", "due_at", "id"], name="support_tickets_due_of_park"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain

    @property
    def last_day(self) -> date:
        """The last day of the limit, where the ticket's place is."""
        return last_day(self.due_at, (self.incubator or self.park).time_zone)

    @property
    def last_answer_day(self) -> date:
        return last_day(self.answer_due_at, (self.incubator or self.park).time_zone)


class OfTicketQuerySet(models.QuerySet["TicketEntry"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="ticket__park", incubator="ticket__incubator")
        )


class TicketEntry(models.Model):
    """One line of a ticket's story."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    text = models.TextField(_("text"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=TicketState.choices, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = OfTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a ticket")
        verbose_name_plural = _("entries of tickets")
        constraints = [
            models.CheckConstraint(
                name="support_comment_has_words",
                condition=~Q(kind__in=[EntryKind.COMMENT, EntryKind.REOPENED]) | ~Q(text=""),
                violation_error_message=_("Write a sentence."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class MentorQuerySet(OfPlaceQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Those of one's places; a park's own mentors advise the teams of all its incubators."""
        scope = scope_of(user)
        parks = set(scope.incubator_parks.values())
        of_places = scope.places(Action.READ).filter(park="park", incubator="incubator")
        return self.filter(of_places | Q(incubator=None, park__in=parks))


class Mentor(Named, Tracked):
    """A person who advises the teams of a park or of one incubator."""

    park = models.ForeignKey(Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="mentors")
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mentors",
    )
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    position = models.CharField(_("position"), max_length=120, blank=True)
    region = models.CharField(
        _("region"), max_length=16, choices=MentorRegion.choices, default=MentorRegion.MAINLAND
    )
    fields = ArrayField(
        models.CharField(max_length=12, choices=MentorField.choices),
        verbose_name=_("fields"),
        default=list,
        blank=True,
    )
    contact = models.CharField(_("telephone or e-mail"), max_length=160, blank=True)
    appointed_on = models.DateField(_("appointed"), null=True, blank=True)
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)

    objects = MentorQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        constraints = [
            ordered(
                "appointed_on",
                "ends_on",
                name="support_mentor_dates",
                message=_("An appointment ends after it starts."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="support_mentors_search"),
            models.Index(fields=["park", "sort_key", "id"], name="support_mentors_by_name"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.organisation]

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain


class ServiceRecordQuerySet(models.QuerySet["ServiceRecord"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user).places(Action.READ).filter(park="incubator__park", incubator="incubator")
        )

    def verified(self) -> Self:
        return self.filter(verified_at__isnull=False)


class ServiceRecord(Verifiable):
    """One service to one team on one day: not a one-off deal, but a life of service that can be read back."""

    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="service_records"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=ServiceKind.choices)
    on = models.DateField(_("on"))
    hours = models.DecimalField(_("hours"), max_digits=6, decimal_places=2, null=True, blank=True)
    mentor = models.ForeignKey(
        Mentor,
        verbose_name=_("mentor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_records",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_records",
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="service_records",
    )
    subject = models.CharField(_("subject"), max_length=200)
    result = models.TextField(_("result"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="service_records"
    )

    objects = ServiceRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("service record")
        verbose_name_plural = _("service records")
        constraints = [
            models.CheckConstraint(
                name="support_service_has_a_recipient",
                condition=Q(project__isnull=False) | Q(enterprise__isnull=False),
                violation_error_message=_("Name the project or the enterprise that was served."),
            ),
            models.CheckConstraint(
                name="support_mentoring_has_a_mentor",
                condition=~Q(kind=ServiceKind.MENTORING) | Q(mentor__isnull=False),
                violation_error_message=_("Name the mentor."),
            ),
            not_negative("hours", name="support_service_hours_not_negative"),
            models.UniqueConstraint(
                fields=["incubator", "kind", "on", "mentor", "project", "enterprise", "subject"],
                nulls_distinct=False,
                name="support_service_once",
                violation_error_message=_("This service is already recorded."),
            ),
            paired("verified_at", "verified_by", name="support_service_verified_pair"),
            second_person("entered_by", "verified_by", name="support_service_second_person"),
        ]
        indexes = [
            models.Index(fields=["updated_at", "id"], name="support_services_pull"),
            models.Index(fields=["incubator", "on", "id"], name="support_services_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"

    @property
    def chain(self) -> str:
        return self.incubator.chain
