"""Who people are and what a token may do."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is in one park or incubator. One person may hold several."""

    OPERATOR = "operator", _("incubator operator")
    PARK_ADMIN = "park_admin", _("park administrator")
    FINANCE = "finance", _("finance officer")
    EXPERT = "expert", _("expert")
    AUDITOR = "auditor", _("auditor")
    API_CLIENT = "api_client", _("API client")


class TokenScope(models.TextChoices):
    READ = "read", _("read")
    WRITE = "write", _("write")
    REPORTS = "reports", _("run and fetch reports")
