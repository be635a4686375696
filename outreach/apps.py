from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "outreach"
    verbose_name = _("Liaison")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from exchange.sheets import register
        from outreach import receivers  # noqa: F401
        from outreach.importers import LeadSheet
        from outreach.selectors import due_of_outreach, waiting_introductions

        register(LeadSheet())
        register_due("outreach", due_of_outreach)
        register_waiting("introductions", waiting_introductions)
