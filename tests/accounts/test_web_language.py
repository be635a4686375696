"""Chinese unless the reader or the account says otherwise; programs say what they want."""

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def language_of(client: Client, path: str = "/accounts/login/", **headers: str) -> str:
    return client.get(path, headers=headers).headers["Content-Language"]


def test_a_page_is_chinese_whatever_the_browser_says(client: Client) -> None:
    assert language_of(client, **{"accept-language": "en-US,en;q=0.9"}) == "zh-hans"


def test_a_page_follows_the_readers_choice(client: Client) -> None:
    client.post("/language/setlang/", {"language": "en"})
    assert language_of(client) == "en"


def test_a_page_follows_the_account_until_the_reader_chooses(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    client.force_login(User.objects.get(pk=alice.pk))
    assert language_of(client, "/") == "en"
    client.cookies["language"] = "zh-hans"
    assert language_of(client, "/") == "zh-hans"


def test_a_choice_that_is_not_offered_is_passed_over(client: Client) -> None:
    client.cookies["language"] = "xx'; --"
    assert language_of(client) == "zh-hans"


@pytest.mark.parametrize(("asked", "given"), [("en", "en"), ("zh-CN,zh;q=0.9", "zh-hans"), ("sv", "zh-hans")])
def test_programs_say_what_they_want(client: Client, asked: str, given: str) -> None:
    assert language_of(client, "/api/v1/me/", **{"accept-language": asked}) == given
