"""A program that talks to the API with a token, as a city's data platform would."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.enums import TokenScope
from accounts.models import User
from accounts.services import issue_token

ROOT = "/api/v1/"


class Api:
    """``get``, ``post``, ``patch``, ``put`` and ``delete`` below /api/v1/; bodies are JSON."""

    def __init__(self, user: User | None, scopes: Sequence[str] = tuple(TokenScope.values)) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        if user is not None:
            _token, text = issue_token(
                user=user,
                name="test",
                scopes=scopes,
                lifetime=timedelta(days=1),
                actor=user,
                at=timezone.now(),
            )
            self.headers["Authorization"] = f"Bearer {text}"
        self.headers["Accept-Language"] = "en"

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; header names are given with underscores, as in ``If_Match``."""
        url = path if path.startswith(("/", "http")) else ROOT + path
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        options: dict[str, Any] = {"headers": sent}
        if body is not None:
            options["data"] = body if isinstance(body, bytes | str) else json.dumps(body)
            options["content_type"] = "application/json"
        answer = getattr(self.client, method)(url, **options)
        if answer.streaming:
            answer.whole = b"".join(answer)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.send("get", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("post", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("patch", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("put", path, {} if body is None else body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.send("delete", path, **headers)

    def upload(self, path: str, data: dict[str, Any], **headers: str) -> Any:
        return self.client.post(ROOT + path, data, headers={**self.headers, **headers})

    def pages(self, path: str) -> list[Any]:
        """All results of a list, page after page."""
        found: list[Any] = []
        url: str | None = path
        while url:
            answer = self.get(url)
            assert answer.status_code == 200, answer.content
            found += answer.json()["results"]
            url = answer.json()["next"]
        return found


def is_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check that the answer is a problem of this kind; its body."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), (
        response.status_code,
        response.content[:500],
    )
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert {"type", "title", "status", "detail", "code"} <= set(body)
    return body
