"""Vocabulary of the digest."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DigestRhythm(models.TextChoices):
    DAILY = "daily", _("every working day")
    WEEKLY = "weekly", _("on Mondays")
    NEVER = "never", _("never")


class DigestState(models.TextChoices):
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    EMPTY = "empty", _("nothing to tell")
    FAILED = "failed", _("could not be sent")
