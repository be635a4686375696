from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("Money")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from ledger.selectors import due_instalments, waiting_money

        register_due("payments", due_instalments)
        register_waiting("money", waiting_money)
