from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = "applications"
    verbose_name = _("Applications")

    def ready(self) -> None:
        from django.urls import reverse

        from applications.importers import ApplicationSheet
        from applications.selectors import due_of_applications, programme_of_batch, waiting_applications
        from applications.web import offers
        from core.due import register_due, register_waiting
        from exchange.sheets import register
        from ledger.signals import register_release
        from reviews.signals import register_subject

        offers.register()
        register_release(
            "application",
            _(
                "Money of an award is given back through its application: one person proposes, "
                "a second confirms."
            ),
        )
        register(ApplicationSheet())
        register_due("applications", due_of_applications)
        register_waiting("applications", waiting_applications)
        register_subject(
            "application",
            label=_("application"),
            url_of=lambda pk: reverse("application-detail", args=[pk]),
        )
        register_subject(
            "programme-notice",
            label=_("programme"),
            url_of=lambda pk: reverse("programme-detail", args=[programme_of_batch(pk)]),
        )
