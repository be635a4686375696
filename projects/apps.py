from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        from core.due import register_due, register_waiting
        from exchange.sheets import register
        from projects.importers import ProjectsSheet
        from projects.reading.road import due_on_the_road
        from projects.selectors import due_requests, waiting_requests

        register_due("gate-requests", due_requests)
        register_due("road-home", due_on_the_road)
        register_waiting("gate-requests", waiting_requests)
        register(ProjectsSheet())
