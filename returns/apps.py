from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturnsConfig(AppConfig):
    name = "returns"
    verbose_name = _("Period returns")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from exchange.sheets import register
        from returns.importers import PeriodFigures
        from returns.selectors import due_returns, given, records, waiting_reviews

        records.register()
        given.register()
        register_due("returns", due_returns)
        register_waiting("returns", waiting_reviews)
        register(PeriodFigures())
