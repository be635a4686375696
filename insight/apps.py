from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Pages that gather records of several apps: home, search, the pages of places and enterprises."""

    name = "insight"
    verbose_name = _("Overview")
