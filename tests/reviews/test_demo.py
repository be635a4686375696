"""What the demonstration shows of reviews, on the demonstration's own data."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from accounts.models import User
from incubators.models import Membership
from projects.services import create_project
from reviews.demo import load
from reviews.models import Assignment, Case, Expert, PublicNotice
from reviews.selectors import my_assignments, result_of
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2021, 6, 21, 4, 0, tzinfo=UTC)


def person(username: str, role: str, **place: object) -> User:
    user = factories.make_user(username, role, **place)  # type: ignore[arg-type]
    User.objects.filter(pk=user.pk).update(is_demonstration=True)
    return user


@pytest.fixture
def expert() -> User:
    """The places and people that the demonstration has by then."""
    park = factories.make_park("jiangyin-htz")
    administrator = person("park-jiangyin", Role.PARK_ADMIN, park=park)
    for code in ("jy-zhangjiang", "jy-shenzhen-incubator"):
        site = factories.make_incubator(park, code)
        for number in range(2):
            create_project(
                park=park,
                incubator=site,
                values={"name_zh": f"示例{code}{number}", "first_contact_on": date(2021, 1, 1)},
                actor=administrator,
                at=AT,
                provenance="demonstration",
            )
    return person("expert-1", Role.EXPERT, park=park)


def test_a_pool_a_round_and_a_notice_told_once(expert: User) -> None:
    told = [(section.count, section.touched) for section in load(at=AT)]
    assert told == [(5, 5), (4, 4), (1, 1)]
    assert [section.touched for section in load(at=AT)] == [0, 0, 0]
    assert set(Expert.objects.values_list("region", flat=True)) == {
        "mainland",
        "hong_kong",
        "macao",
        "overseas",
    }
    first, second, third, last = Case.objects.order_by("number")
    assert Assignment.objects.get(case=first, expert__user=expert).state == "recused"
    assert [task.case for task in my_assignments(expert)] == [last]
    assert (str(result_of(second).mark), second.result) == ("86.00", "recommended")
    assert (str(result_of(third).mark), third.result) == ("59.33", "not_recommended")
    assert PublicNotice.objects.get().lines[0]["label"] == second.title


def test_experts_beside_the_known_account_cannot_sign_in(expert: User) -> None:
    load(at=AT)
    others = User.objects.filter(expert_records__isnull=False).exclude(pk=expert.pk)
    assert [user.has_usable_password() for user in others] == [False] * 4
    assert Membership.objects.filter(role=Role.EXPERT).count() == 5
