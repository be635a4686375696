from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContestsConfig(AppConfig):
    name = "contests"
    verbose_name = _("Contests and challenges")

    def ready(self) -> None:
        from django.urls import reverse

        from contests.importers import ContestEntrySheet
        from contests.selectors import due_of_contests, waiting_contests
        from core.due import register_due, register_waiting
        from exchange.sheets import register
        from reviews.signals import register_subject

        register(ContestEntrySheet())
        register_due("contests", due_of_contests)
        register_waiting("contests", waiting_contests)
        register_subject(
            "contest-entry",
            label=_("contest entry"),
            url_of=lambda pk: reverse("contest-entry-detail", args=[pk]),
        )
        register_subject(
            "challenge-bid", label=_("bid"), url_of=lambda pk: reverse("challenge-bid-detail", args=[pk])
        )
        register_subject(
            "contest-promotion",
            label=_("promotion"),
            url_of=lambda pk: reverse("contest-promotion", args=[pk]),
        )
