from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CapitalConfig(AppConfig):
    name = "capital"
    verbose_name = _("Funds and credit")

    def ready(self) -> None:
        import capital.services  # noqa: F401  registers how its records are written
        from capital.importers import InvestmentSheet, MatchSheet
        from capital.selectors import due_of_capital, waiting_capital
        from core.due import register_due, register_waiting
        from exchange.sheets import register

        register_due("capital", due_of_capital)
        register_waiting("capital", waiting_capital)
        for sheet in (InvestmentSheet(), MatchSheet()):
            register(sheet)
