"""The tables of the Excel loop that this app offers."""

from projects.importers.projects import ProjectsSheet

__all__ = ["ProjectsSheet"]
