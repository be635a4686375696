"""Who may do what with a project on its pages. The services decide; pages only show fitting buttons."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.errors import Refused
from incubators.scope import Action, require, scope_of
from projects.enums import FactKind
from projects.models import Project, ProjectFact
from projects.stages import PATH


@dataclass(frozen=True)
class Rights:
    """What the reader may do with one project."""

    user_id: int
    enter: bool
    verify: bool
    verify_money: bool
    manage: bool

    def may_judge(self, fact: ProjectFact) -> bool:
        """Whether this person is the second person of this fact: in the right role, and not its author."""
        allowed = self.verify or (self.verify_money and fact.kind == FactKind.PAID_IN)
        return allowed and fact.entered_by_id != self.user_id and fact.verified_at is None

    def may_divide(self, project: Project) -> bool:
        """The division of credit is open to the operator until the landing, then to the park."""
        landed = project.stage in PATH and PATH.index(project.stage) >= PATH.index("landed")
        return self.manage if landed else self.enter


def rights_in(user: Any, project: Project) -> Rights:
    actions = scope_of(user).actions(park_id=project.park_id, incubator_id=project.incubator_id)
    return Rights(
        user_id=user.pk,
        enter=Action.ENTER in actions,
        verify=Action.VERIFY in actions,
        verify_money=Action.VERIFY_MONEY in actions,
        manage=Action.MANAGE in actions,
    )


def visible_project(request: HttpRequest, pk: int) -> Project:
    """The project, or 404: a stranger's project does not exist."""
    rows = Project.objects.visible_to(request.user).select_related(
        "park", "incubator", "sector", "enterprise", "entered_by"
    )
    return get_object_or_404(rows, pk=pk)


def writable_project(request: HttpRequest, pk: int, *, action: Action = Action.ENTER) -> Project:
    """The project, or 404 for a stranger, or 403 for someone who may only read."""
    project = visible_project(request, pk)
    allow(request, project, action)
    return project


def allow(request: HttpRequest, project: Project, action: Action) -> None:
    user: Any = request.user
    try:
        require(action, user=user, park_id=project.park_id, incubator_id=project.incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def must_judge(request: HttpRequest, project: Project, fact: ProjectFact) -> None:
    """403 with a sentence unless this person may verify or return facts of this kind here."""
    rights = rights_in(request.user, project)
    if not (rights.verify or (rights.verify_money and fact.kind == FactKind.PAID_IN)):
        raise PermissionDenied(
            _("Only %(who)s can verify or return this.") % {"who": verifier_of(project, fact.kind)}
        )
    if fact.entered_by_id == rights.user_id:
        raise PermissionDenied(_("You entered this fact yourself, so a second person has to confirm it."))


def verifier_of(project: Project, kind: str) -> str:
    """Who can verify a fact of this kind, in words."""
    if kind == FactKind.PAID_IN:
        return _("the park administrator or the finance officer of %(park)s") % {"park": project.park}
    return _("the park administrator of %(park)s") % {"park": project.park}
