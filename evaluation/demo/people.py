"""Demonstration accounts and their memberships."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher, make_password
from django.db import transaction

from accounts.models import User
from evaluation.demo.reading import entries
from incubators.models import Incubator, Park
from incubators.services import grant_membership

SINCE = date(2017, 1, 1)
FOUNDED = datetime(2017, 1, 1, 1, tzinfo=UTC)


@transaction.atomic
def load_people() -> tuple[dict[str, User], int]:
    """The accounts by user name, and how many are new; one that exists keeps its password and roles."""
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    missing = [entry for entry in entries("sample_people") if entry["username"] not in people]
    for entry in missing:
        people[entry["username"]] = _open_account(entry)
    return people, len(missing)


def _open_account(entry: Mapping[str, str]) -> User:
    name = entry["username"]
    user = User(
        username=name,
        display_name=entry["display_name"],
        employer=entry["employer"],
        language=entry.get("language", ""),
        is_demonstration=True,
        password=known_password(name),
    )
    user.save()
    grant_membership(
        user=user,
        role=entry["role"],
        park=Park.objects.get(code=entry["park"]) if "park" in entry else None,
        incubator=Incubator.objects.select_related("park").get(code=entry["incubator"])
        if "incubator" in entry
        else None,
        starts_on=SINCE,
        actor=None,
        at=FOUNDED,
    )
    return user


def known_password(password: str) -> str:
    """The stored form of a password that everybody knows: hashed quickly, and anew at the first sign-in."""
    hasher = get_hasher("default")
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=1_000)
    return make_password(password)
