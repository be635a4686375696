from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("Expert reviews")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from reviews.selectors import due_of_reviews, waiting_reviews

        register_due("reviews", due_of_reviews)
        register_waiting("reviews", waiting_reviews)
