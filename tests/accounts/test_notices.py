"""Notices: told once, in every language, to those who can act."""

from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Notice, User
from accounts.services import mark_notices_read, notify
from incubators.models import Incubator
from incubators.scope import Action
from incubators.selectors import people_allowed
from tests.factories import NOW


def tell(*people: User, key: str = "") -> None:
    notify(users=people, kind="test", text=lambda: gettext("Projects"), url="/projects/", key=key, at=NOW)


def test_a_notice_speaks_the_language_of_its_reader(alice: User) -> None:
    tell(alice)
    notice = Notice.objects.get(user=alice)
    with translation.override("zh-hans"):
        assert notice.text == "项目"
    with translation.override("en"):
        assert notice.text == "Projects"


def test_with_a_key_nobody_is_told_twice(alice: User, bob: User) -> None:
    tell(alice, key="project-7")
    tell(alice, bob, key="project-7")
    assert list(Notice.objects.order_by("pk").values_list("user__username", flat=True)) == ["alice", "bob"]


def test_reading_marks_ones_own_notices_once(alice: User, bob: User) -> None:
    tell(alice, bob)
    assert mark_notices_read(user=alice, at=NOW) == 1
    assert mark_notices_read(user=alice, at=NOW) == 0
    assert Notice.objects.visible_to(bob).unread().count() == 1


def test_those_who_can_verify_are_the_park_administrators(
    alice: User, bob: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    def allowed(action: Action) -> list[str]:
        people = people_allowed(
            action, park_id=zhangjiang.park_id, incubator_id=zhangjiang.pk, day=NOW.date()
        )
        return [user.username for user in people]

    assert allowed(Action.VERIFY) == ["bob"]
    assert allowed(Action.ENTER) == ["alice", "bob"]
