from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    name = "sharing"
    verbose_name = _("Benefit sharing")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from sharing.selectors import due_shares, waiting_shares

        register_due("sharing", due_shares)
        register_waiting("sharing", waiting_shares)
