from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReturnsConfig(AppConfig):
    name = "returns"
    verbose_name = _("Period returns")

    def ready(self) -> None:
        from core.due import register_due
        from exchange.sheets import register
        from returns.importers import PeriodFigures
        from returns.selectors import due_returns, given, records

        records.register()
        given.register()
        register_due("returns", due_returns)
        register(PeriodFigures())
