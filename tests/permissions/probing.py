"""Ask every address as every role, and say in one word what came back. Nothing is kept of any request."""

import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.services import issue_token
from tests.permissions.routes import Route, samples
from tests.permissions.world import ROLES, World

MAY, REFUSED, HIDDEN, SIGN_IN, NOT_OFFERED = "yes", "403", "404", "401", "–"
INSIDERS = ("park", "operator")
UNSAFE = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    """One address and method, and the answer for each role in the order of ``ROLES``."""

    route: Route
    method: str
    answers: tuple[str, ...]
    #: Whether it is about a record that is Zhangjiang's alone; others are shared, or another incubator's.
    is_private: bool

    @property
    def by_role(self) -> dict[str, str]:
        return dict(zip(ROLES, self.answers, strict=True))

    @property
    def key(self) -> str:
        root = "/api/v1/" if self.route.is_api else "/"
        return f"{self.method.upper()} {root}{self.route.path}"


class Prober:
    """A signed-in client per role."""

    def __init__(self, world: World) -> None:
        logging.disable(logging.CRITICAL)  # refusals are what is asked for here
        self.world = world
        self.pages = {role: self._page_client(role) for role in ROLES}
        self.programs = {role: Client(raise_request_exception=False) for role in ROLES}
        self.headers = {role: self._headers(role) for role in ROLES}
        self.known: dict[str, str] = {}
        self.hidden: set[tuple[str, str]] = set()

    def _page_client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if (person := self.world.people[role]) is not None:
            client.force_login(person)
        return client

    def _headers(self, role: str) -> dict[str, str]:
        person = self.world.people[role]
        if person is None:
            return {}
        _token, text = issue_token(
            user=person,
            name="probe",
            scopes=["read", "write", "reports"],
            lifetime=timedelta(days=1),
            actor=person,
            at=timezone.now(),
        )
        return {"Authorization": f"Bearer {text}"}

    def ask(self, route: Route, method: str, path: str, role: str) -> str:
        """One request in a savepoint that is always rolled back."""
        options: dict[str, Any] = {}
        client = self.programs[role] if route.is_api else self.pages[role]
        if route.is_api:
            options = {"headers": self.headers[role]}
            if method in UNSAFE:
                options |= {"data": "{}", "content_type": "application/json"}
        with transaction.atomic():
            answer = getattr(client, method)(path, **options)
            if answer.streaming:
                b"".join(answer)  # to its end: closing it early would close the connection too
            transaction.set_rollback(True)
        return word(answer)

    def row(self, route: Route, method: str) -> Row:
        """The first record on which somebody of the park may act decides which record it is about."""
        values = self._values(route, method)
        if route.names and not values:
            return Row(route, method, tuple("no sample" for _role in ROLES), False)
        path = route.filled(values)
        answers = tuple(self.ask(route, method, path, role) for role in ROLES)
        own = {str(record.pk) for record in self.world.private.values()}
        record = values.get("pk")
        return Row(route, method, answers, record in own if record else bool(route.names))

    def _values(self, route: Route, method: str) -> dict[str, str]:
        """What fills the address. Addresses with the same beginning are about the same record.

        A record that such an address hides is of another kind, so it is not asked for twice.
        """
        start = f"{route.is_api} {re.split(r'<[a-z]+:(?:pk|parent)>', route.path)[0]}"
        values: dict[str, str] = {}
        refused: dict[str, str] = {}
        for values in samples(route, self.world, self.known.get(start)):
            if "pk" not in values or self.known.get(start) == values["pk"]:
                return values
            if (start, values["pk"]) in self.hidden:
                continue
            answers = [self.ask(route, method, route.filled(values), role) for role in INSIDERS]
            if MAY in answers:
                self.known[start] = values["pk"]
                return values
            if set(answers) == {HIDDEN}:
                self.hidden.add((start, values["pk"]))
            elif not refused:
                refused = values
        return refused or values

    def close(self) -> None:
        logging.disable(logging.NOTSET)


def word(answer: Any) -> str:
    """What the answer means for the person: may (even where the empty probe is then wrong), or why not."""
    status = answer.status_code
    if status == 302 and "/accounts/login/" in answer.headers.get("Location", ""):
        return SIGN_IN
    if status in (401, 403, 404):
        return str(status)
    if status == 405:
        return NOT_OFFERED
    return MAY if status < 500 else f"error {status}"
