"""One's own settings: profile and tokens."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, User
from accounts.selectors import live_token

pytestmark = pytest.mark.django_db


def test_the_profile_is_saved_and_the_language_followed(client: Client, alice: User) -> None:
    client.force_login(alice)
    response = client.post(reverse("settings"), {"display_name": "Alice A.", "language": "en"})
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    alice.refresh_from_db()
    assert (alice.display_name, alice.language) == ("Alice A.", "en")
    assert "Your profile is saved." in client.get(reverse("settings")).content.decode()


def test_a_token_is_shown_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    made = client.post(reverse("token-create"), {"name": "pull", "scopes": ["read"], "days": "30"})
    text = made.context["text"]
    assert live_token(text, at=timezone.now()) == ApiToken.objects.get()
    assert "no-store" in made.headers["Cache-Control"]
    assert text not in client.get(reverse("token-list")).content.decode()


@pytest.mark.parametrize(
    "typed", [{}, {"name": "x", "scopes": ["all"], "days": "30"}, {"name": "x", "days": "9999"}]
)
def test_a_token_without_scope_or_end_is_refused(client: Client, alice: User, typed: dict[str, str]) -> None:
    client.force_login(alice)
    assert client.post(reverse("token-create"), typed).status_code == 422
    assert not ApiToken.objects.exists()


def test_only_its_owner_revokes_a_token(client: Client, alice: User, bob: User) -> None:
    client.force_login(alice)
    client.post(reverse("token-create"), {"name": "pull", "scopes": ["read"], "days": "30"})
    address = reverse("token-revoke", args=[ApiToken.objects.get().pk])
    client.force_login(bob)
    assert client.post(address).status_code == 404
    client.force_login(alice)
    client.post(address)
    assert ApiToken.objects.get().revoked_by == alice
