"""Vocabulary of evidence."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceKind(models.TextChoices):
    AGREEMENT = "agreement", _("agreement")
    LICENCE = "licence", _("business licence or registration")
    BANK = "bank", _("bank receipt or capital verification")
    LEASE = "lease", _("lease or land document")
    PERMIT = "permit", _("permit")
    PRODUCTION = "production", _("proof of production")
    MILESTONE = "milestone", _("proof of a milestone")
    CERTIFICATE = "certificate", _("certificate or title")
    RETURN = "return", _("basis of a reported figure")
    OTHER = "other", _("other")
