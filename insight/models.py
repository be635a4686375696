"""How somebody wants to be told by mail, and the one mail a day that was sent."""

from datetime import time
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from insight.enums import DigestRhythm, DigestState


class OfUserQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class DigestPreference(models.Model):
    """When a person gets the digest, in his own time zone. Without a row: every working day at eight."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest_preference"
    )
    rhythm = models.CharField(
        _("digest by mail"), max_length=8, choices=DigestRhythm.choices, default=DigestRhythm.DAILY
    )
    hour = models.PositiveSmallIntegerField(_("from this hour on"), default=8)
    quiet_from = models.TimeField(_("quiet from"), default=time(19, 0))
    quiet_until = models.TimeField(_("quiet until"), default=time(7, 30))
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")

    objects = OfUserQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest preference")
        verbose_name_plural = _("digest preferences")
        constraints = [
            models.CheckConstraint(
                name="insight_digest_hour_of_the_day",
                condition=Q(hour__lte=23),
                violation_error_message=_("An hour lies between 0 and 23."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rhythm}"


class Digest(models.Model):
    """The digest of one person on one day: at most one mail, whatever workers do.

    It is claimed before it is sent, so a mail is lost rather than sent twice; everything in it stands on the
    pages as well.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests")
    on = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=8, choices=DigestState.choices)
    attempts = models.PositiveSmallIntegerField(default=1)
    items = models.PositiveIntegerField(_("items"), default=0)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OfUserQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "on"],
                name="insight_one_digest_a_day",
                violation_error_message=_("There is already a digest for this day."),
            ),
            models.CheckConstraint(
                name="insight_digest_sent_when_sent",
                condition=Q(state=DigestState.SENT, sent_at__isnull=False)
                | (~Q(state=DigestState.SENT) & Q(sent_at__isnull=True)),
                violation_error_message=_("A digest that was sent says when."),
            ),
            models.CheckConstraint(
                name="insight_digest_sent_after_claimed",
                condition=Q(sent_at__isnull=True) | Q(sent_at__gte=F("claimed_at")),
                violation_error_message=_("A digest is sent after it was claimed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on} {self.state}"
