"""Vocabulary of companies and teams."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseKind(models.TextChoices):
    COMPANY = "company", _("company")
    TEAM = "team", _("team")


class RecognitionKind(models.TextChoices):
    """Rungs of the growth ladder and talent plans, each with its own dated certificate."""

    TECH_SME = "tech_sme", _("technology SME")
    HNTE = "hnte", _("high-tech enterprise")
    POTENTIAL_GAZELLE = "potential_gazelle", _("potential gazelle")
    GAZELLE = "gazelle", _("gazelle")
    UNICORN = "unicorn", _("unicorn")
    LISTED = "listed", _("listed")
    JIYANG_TALENT = "jiyang_talent", _("Jiyang Talent Plan")
    TAIHU_TALENT = "taihu_talent", _("Taihu Talent Plan")
    INVENTION_PATENT = "invention_patent", _("invention patent filed")
    PCT_PATENT = "pct_patent", _("PCT application filed")
