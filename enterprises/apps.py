from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("Enterprises")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from enterprises.importers import EnterpriseSheet, IpSheet, YearlyFigureSheet
        from enterprises.selectors import due_of, waiting_of
        from exchange.sheets import register

        register_due("enterprises", due_of)
        register_waiting("enterprises", waiting_of)
        for sheet in (EnterpriseSheet(), YearlyFigureSheet(), IpSheet()):
            register(sheet)
