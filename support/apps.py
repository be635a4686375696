from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Services")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from support.selectors import due_items, waiting_items

        register_due("support", due_items)
        register_waiting("support", waiting_items)
