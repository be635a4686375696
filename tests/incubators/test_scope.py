"""Who sees what: a stranger's records do not exist, and a reader cannot write."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from core.errors import Refused
from incubators.models import Incubator, Membership, Park, ReportedFigure
from incubators.scope import Action, require, scope_of
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def projects(
    alice: User, charlie: User, erik: User, zhangjiang: Incubator, shenzhen: Incubator
) -> dict[str, Project]:
    wuxi = factories.make_incubator(Park.objects.get(code="wuxi"), "gba")
    return {
        "zhangjiang": factories.make_project(alice, zhangjiang),
        "shenzhen": factories.make_project(charlie, shenzhen),
        "wuxi": factories.make_project(erik, wuxi),
    }


def seen_by(user: object, projects: dict[str, Project]) -> list[str]:
    visible = set(Project.objects.visible_to(user).values_list("pk", flat=True))
    return [name for name, project in projects.items() if project.pk in visible]


def test_each_sees_only_their_own(
    projects: dict[str, Project], alice: User, bob: User, charlie: User, dora: User, erik: User
) -> None:
    assert {user.username: seen_by(user, projects) for user in (alice, bob, charlie, dora, erik)} == {
        "alice": ["zhangjiang"],
        "bob": ["zhangjiang", "shenzhen"],
        "charlie": ["shenzhen"],
        "dora": ["zhangjiang", "shenzhen", "wuxi"],
        "erik": ["wuxi"],
    }


def test_nobody_and_those_without_a_role_see_nothing(projects: dict[str, Project]) -> None:
    assert seen_by(AnonymousUser(), projects) == []
    assert seen_by(factories.make_user("frank"), projects) == []


def test_an_expert_sees_no_projects(projects: dict[str, Project]) -> None:
    assert seen_by(factories.make_user("eva", Role.EXPERT), projects) == []


def test_a_role_ends_with_its_last_day(projects: dict[str, Project], alice: User) -> None:
    today = timezone.localdate()
    Membership.objects.filter(user=alice).update(ends_on=today + timedelta(days=1))
    assert seen_by(User.objects.get(pk=alice.pk), projects) == ["zhangjiang"]
    Membership.objects.filter(user=alice).update(ends_on=today)
    assert seen_by(User.objects.get(pk=alice.pk), projects) == []


def test_somebody_locked_out_sees_nothing(projects: dict[str, Project], alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert seen_by(User.objects.get(pk=alice.pk), projects) == []


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.PARK_ADMIN, {"read", "enter", "verify", "verify_money", "pay", "evaluate", "manage"}),
        (Role.FINANCE, {"read", "verify_money", "pay", "evaluate"}),
        (Role.API_CLIENT, {"read", "enter", "evaluate"}),
        (Role.AUDITOR, {"read", "evaluate"}),
        (Role.EXPERT, set()),
    ],
)
def test_what_each_role_may_do_in_its_park(park: Park, role: str, allowed: set[str]) -> None:
    user = factories.make_user("grace", role, park=park)
    assert {action.value for action in scope_of(user).actions(park_id=park.pk, incubator_id=None)} == allowed


def test_an_operator_enters_and_does_not_verify(alice: User, zhangjiang: Incubator) -> None:
    place = {"park_id": zhangjiang.park_id, "incubator_id": zhangjiang.pk}
    require(Action.ENTER, user=alice, **place)
    with pytest.raises(Refused):
        require(Action.VERIFY, user=alice, **place)


def test_two_roles_add_up(alice: User, shenzhen: Incubator, projects: dict[str, Project]) -> None:
    Membership.objects.create(user=alice, role=Role.OPERATOR, incubator=shenzhen, starts_on=date(2020, 1, 1))
    assert seen_by(User.objects.get(pk=alice.pk), projects) == ["zhangjiang", "shenzhen"]


def test_whoever_sees_everything_sees_the_figures_of_every_incubator(
    dora: User, zhangjiang: Incubator
) -> None:
    figure = ReportedFigure.objects.create(code="f", name_zh="落户", incubator=zhangjiang)
    assert list(ReportedFigure.objects.visible_to(dora)) == [figure]
