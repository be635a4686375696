"""Vocabulary of services: what teams ask for, and what was done for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TicketState(models.TextChoices):
    """Open until somebody takes it; resolved by the one who did it; closed by the one who asked."""

    OPEN = "open", _("open")
    IN_PROGRESS = "in_progress", _("in progress")
    WAITING = "waiting", _("waiting for the team")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class EntryKind(models.TextChoices):
    """What a line of a ticket's story tells."""

    OPENED = "opened", _("asked for")
    COMMENT = "comment", _("comment")
    ASSIGNED = "assigned", _("assigned")
    MOVED = "moved", _("state changed")
    RESOLVED = "resolved", _("resolved")
    REOPENED = "reopened", _("opened again")
    RATED = "rated", _("rated")


class MentorField(models.TextChoices):
    TECHNOLOGY = "technology", _("technology")
    BUSINESS = "business", _("business")
    FINANCE = "finance", _("finance and investment")
    LEGAL = "legal", _("law and intellectual property")
    CLINICAL = "clinical", _("clinical and regulatory")
    MARKET = "market", _("market")


class MentorRegion(models.TextChoices):
    MAINLAND = "mainland", _("mainland China")
    HONG_KONG_MACAO = "hong_kong_macao", _("Hong Kong and Macao")
    OVERSEAS = "overseas", _("overseas")


class ServiceKind(models.TextChoices):
    """What an incubator does for its teams; each is a record with its day and proof."""

    MENTORING = "mentoring", _("mentoring")
    TRAINING = "training", _("training")
    TECHNICAL = "technical", _("technical service")
    EQUIPMENT = "equipment", _("shared equipment")
    FINANCING = "financing", _("financing matchmaking")
    POLICY = "policy", _("policy advice")
    LEGAL = "legal", _("legal and IP service")
    MARKET = "market", _("market access")
    OTHER = "other", _("other service")
