"""The shares in force: what holds for every division of the credit, however it came about."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_value, readable_integrity_errors
from incubators.models import Incubator
from incubators.scope import Action, require, scope_of
from incubators.selectors import operators_on
from projects.models import CreditShare, Project
from projects.services.records import local_day, lock, touch
from projects.stages import PATH


@transaction.atomic
def set_credit_shares(
    *, project: Project, shares: Mapping[Incubator, Decimal], actor: User, at: datetime
) -> list[CreditShare]:
    """Divide the credit among incubators of the park; the shares total 100%, and none is left open.

    An operator takes the whole credit of his own project. To share it with others he proposes a division,
    which the others and the park answer. The park administrator sets any division; once the project has
    landed, the division is what scores rest on, and only he changes it.
    """
    locked = lock(project, actor=actor)
    if locked.stage_log.filter(to_stage__in=PATH[PATH.index("landed") :]).exists():
        require(Action.MANAGE, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    shares = {
        incubator: clean_value(CreditShare, "percent", percent) for incubator, percent in shares.items()
    }
    check_shares(locked, shares)
    manages = actor is None or scope_of(actor).allows(Action.MANAGE, park_id=locked.park_id)
    if not manages and {incubator.pk for incubator in shares} != {locked.incubator_id}:
        raise Conflict(
            _("Others are to share the credit, so they have to agree. Propose the division to them."),
            code="needs_agreement",
            fields=[FieldError("credit_shares", _("Propose this division."), "needs_agreement")],
        )
    today = local_day(incubator=locked.incubator, park=locked.park, at=at)
    put_in_force(locked, shares, operators_on(shares, day=today), actor=actor, at=at)
    return list(locked.credit_shares.select_related("incubator"))


def put_in_force(
    project: Project,
    shares: Mapping[Incubator, Decimal],
    operators: Mapping[int, int | None],
    *,
    actor: User,
    at: datetime,
) -> None:
    """Replace the shares of a locked project and remember both divisions."""
    stored = list(project.credit_shares.select_related("incubator"))
    before = {row.incubator.code: row.percent for row in stored}
    after = {incubator.code: percent for incubator, percent in shares.items()}
    if before == after and all(operators.get(row.incubator_id) == row.operator_id for row in stored):
        return
    with readable_integrity_errors(CreditShare):
        project.credit_shares.all().delete()
        CreditShare.objects.bulk_create(
            CreditShare(
                project=project, incubator=incubator, operator_id=operators.get(incubator.pk), percent=percent
            )
            for incubator, percent in shares.items()
        )
    history.record(
        chain=project.chain,
        action="credit.divided",
        subject=project,
        changes={"credit_shares": [before, after]},
        actor=actor,
        at=at,
    )
    touch(project, at=at)


def check_shares(project: Project, shares: Mapping[Incubator, Decimal | None]) -> None:
    """Incubators of the project's park, each above 0 and all together exactly 100%."""
    for incubator, percent in shares.items():
        if incubator.park_id != project.park_id:
            raise Invalid(
                _("An incubator of another park cannot have a share."),
                fields=[FieldError("credit_shares", _("Choose incubators of this park."), "not_found")],
            )
        if not _is_share(percent):
            raise Invalid(
                _("A share lies above 0% and is at most 100%, with two decimals."),
                fields=[FieldError("credit_shares", f"{incubator}: {percent}", "range")],
            )
    total = sum((percent for percent in shares.values() if percent), Decimal(0))
    if total != 100:
        raise Invalid(
            _("The credit shares total %(total)s%%, not 100%%.") % {"total": total},
            fields=[FieldError("credit_shares", _("Change the shares until they total 100%."), "total")],
        )


def _is_share(percent: Decimal | None) -> bool:
    if percent is None or not percent.is_finite():
        return False
    return 0 < percent <= 100 and percent == round(percent, 2)
