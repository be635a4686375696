"""News that other apps may listen to, sent when the transaction has committed; and panels that they add to
the page of a project."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal

#: A project moved. Arguments: ``project_id``, ``log_id``.
stage_changed = Signal()


@dataclass(frozen=True)
class Panel:
    """A part of the page: the template, which finds ``context`` as ``panel``."""

    template: str
    context: Mapping[str, Any]


#: ``provider(user=, project=)`` answers the panel, or None where there is nothing to show.
PanelProvider = Callable[..., Panel | None]

_PANELS: dict[str, PanelProvider] = {}


def register_panel(name: str, provider: PanelProvider) -> None:
    """Called by each app above when it is ready."""
    _PANELS[name] = provider


def panels_of(*, user: Any, project: Any) -> list[Panel]:
    """The panels of a project's page, in the order in which they were registered."""
    found = [provider(user=user, project=project) for provider in _PANELS.values()]
    return [panel for panel in found if panel is not None]
