"""Lists on public show for a number of days, and the objections to them."""

from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from core.enums import Provenance
from evidence.models import EvidenceFile
from incubators.models import Park
from reviews.enums import DayCount, Ruling
from reviews.models.base import read_by_park


class PublicNoticeQuerySet(models.QuerySet["PublicNotice"]):
    def visible_to(self, user: Any) -> Self:
        """Everyone who works in the park or in one of its incubators."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(park__in=Park.objects.of_scope(user).values("pk"))


class PublicNotice(models.Model):
    """What is announced, from when to when. Days are whole days of the park; ``ends_on`` is the last one."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="public_notices"
    )
    subject_kind = models.SlugField(_("kind of subject"), max_length=40)
    subject_id = models.PositiveBigIntegerField(_("id of the subject"))
    title = models.CharField(_("title of the notice"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    lines = models.JSONField(_("list on show"), default=list)
    starts_on = models.DateField(_("on show from"))
    days = models.PositiveSmallIntegerField(_("days on show"))
    day_count = models.CharField(
        _("days are"), max_length=8, choices=DayCount.choices, default=DayCount.WORKING
    )
    ends_on = models.DateField(_("on show until"), help_text=_("the last day"), editable=False)
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.TextField(_("reason"), blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        constraints = [
            models.CheckConstraint(
                name="reviews_notice_days",
                condition=Q(days__gte=1, days__lte=90, ends_on__gte=F("starts_on")),
                violation_error_message=_("A notice is on show for 1 to 90 days."),
            ),
            paired("withdrawn_at", "withdrawn_by", name="reviews_notice_withdrawn_pair"),
            models.CheckConstraint(
                name="reviews_notice_withdrawn_with_reason",
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""),
                violation_error_message=_("Whoever withdraws a notice says why."),
            ),
            models.UniqueConstraint(
                fields=["park", "subject_kind", "subject_id"],
                condition=Q(withdrawn_at=None),
                name="reviews_notice_once",
                violation_error_message=_("There is already a notice about this."),
            ),
        ]
        indexes = [models.Index(fields=["park", "-starts_on", "-id"], name="reviews_notices_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def entered_late_on(self) -> date | None:
        """The day on which it was entered, where it had begun before: whoever reads it sees so."""
        day = self.created_at.astimezone(ZoneInfo(self.park.time_zone)).date()
        return day if day > self.starts_on else None

    @property
    def chain(self) -> str:
        return self.park.chain


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user: Any) -> Self:
        """The park's people only: whoever objects is not named to those he objects to."""
        return self.filter(read_by_park(user, "notice__park"))


class Objection(models.Model):
    """Somebody objects to the list or to one line of it; the park rules on it with a reason."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    line = models.PositiveSmallIntegerField(_("line of the list"), null=True, blank=True)
    by_name = models.CharField(_("who objects"), max_length=120)
    contact = models.CharField(_("telephone or e-mail"), max_length=160, blank=True)
    words = models.TextField(_("objection"))
    received_on = models.DateField(_("received"))
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="objections"
    )
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling.choices, blank=True, editable=False)
    ruling_reason = models.TextField(_("reason"), blank=True, editable=False)
    ruled_at = models.DateTimeField(_("ruled"), null=True, editable=False)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            paired("ruled_at", "ruled_by", name="reviews_objection_ruled_pair"),
            models.CheckConstraint(
                name="reviews_objection_ruled_with_reason",
                condition=Q(ruling="", ruled_at__isnull=True)
                | (~Q(ruling="") & ~Q(ruling_reason="") & Q(ruled_at__isnull=False)),
                violation_error_message=_("Whoever rules on an objection says why."),
            ),
            models.CheckConstraint(
                name="reviews_objection_has_words",
                condition=~Q(words="") & ~Q(by_name=""),
                violation_error_message=_("An objection says who objects and to what."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.by_name}"
