"""What all addresses share: problems, exact JSON, keys that are forgotten, the OpenAPI description."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from core.api.pagination import Cursor
from core.api.problems import flatten, problem_of
from core.api.renderers import dumps
from core.errors import Conflict, FieldError, Incomplete, Invalid, Refused
from core.models import ExchangeRate, IdempotencyKey
from core.services import ANSWERS_KEPT_FOR, forget_old_keys
from incubators.models import Incubator
from projects.models import Project
from tests import factories
from tests.api import Api, is_problem


def test_decimals_are_exact_and_moments_are_utc() -> None:
    data = {"amount": Decimal("0.10"), "big": Decimal("1E+3"), "at": datetime(2021, 1, 1, tzinfo=UTC)}
    assert dumps(data) == b'{"amount":"0.10","big":"1000","at":"2021-01-01T00:00:00Z"}'


@pytest.mark.parametrize(
    ("error", "status"),
    [(Refused("no"), 403), (Conflict("no"), 409), (Incomplete("no"), 409), (Invalid("no"), 422)],
)
def test_domain_errors_have_one_status_each(error: Exception, status: int) -> None:
    found = problem_of(error)
    assert found is not None
    assert (found[0]["status"], found[0]["detail"]) == (status, "no")


def test_an_unmet_gate_lists_what_is_missing() -> None:
    found = problem_of(Incomplete("no", fields=[FieldError("legs", "Plan a leg.")]))
    assert found is not None
    assert found[0]["missing"] == [{"field": "legs", "message": "Plan a leg."}]


def test_broken_constraints_speak_their_own_words(db: None) -> None:
    def insert() -> None:
        with transaction.atomic():
            ExchangeRate.objects.create(currency="SEK", on="2021-01-01", rate=1, source="test")

    insert()
    with pytest.raises(IntegrityError) as refused:
        insert()
    with override("en"):
        body, _headers = problem_of(refused.value)  # type: ignore[misc]
    assert (body["status"], body["code"], body["detail"]) == (
        409,
        "core_rate_one_per_day",
        "There is already a rate for this pair of currencies on this day.",
    )
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        ExchangeRate.objects.create(currency="SEK", on="2021-01-02", rate=0, source="test")
    body, _headers = problem_of(refused.value)  # type: ignore[misc]
    assert (body["status"], body["code"]) == (422, "core_rate_positive")


def test_faults_of_ours_are_not_dressed_up() -> None:
    assert problem_of(RuntimeError("bug")) is None


def test_nested_errors_become_flat_rows() -> None:
    rows = list(flatten({"rows": [{}, {"name": ["wrong"]}], "non_field_errors": ["bad"]}))
    assert [(row["field"], row["message"]) for row in rows] == [("rows[1].name", "wrong"), ("", "bad")]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"name_zh": "\\ud800"}',
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"a": 1' + b"0" * 5000 + b"}",
        b"{}{}",
    ],
)
def test_what_is_not_json_is_malformed(body: bytes, alice: User, zhangjiang: Incubator) -> None:
    answer = Api(alice).post("projects/", body)
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_other_content_types_are_refused(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    answer = Client().post("/api/v1/projects/", b"<x/>", content_type="application/xml", headers=api.headers)
    is_problem(answer, 415, "unsupported_media_type")


def test_problems_are_in_the_callers_language(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    english = api.get("projects/0/").json()
    assert english["title"] == "Not found"
    assert english["detail"] == "There is nothing here, or nothing you may see."


def test_cursors_cannot_be_made_up() -> None:
    cursor = Cursor("-updated_at", (datetime(2021, 1, 1, tzinfo=UTC), 7))
    text = cursor.encode()
    assert Cursor.decode(text).values == ("2021-01-01T00:00:00+00:00", 7)
    with pytest.raises(Invalid):
        Cursor.decode(text[:-1] + ("a" if text[-1] != "a" else "b"))


def test_old_idempotency_keys_are_forgotten_and_may_be_used_again(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    api.post("projects/", {"name_zh": "一"}, Idempotency_Key="k")
    IdempotencyKey.objects.update(created_at=timezone.now() - ANSWERS_KEPT_FOR - timedelta(minutes=1))
    assert api.post("projects/", {"name_zh": "二"}, Idempotency_Key="k").status_code == 201
    assert Project.objects.count() == 2
    assert forget_old_keys(at=timezone.now()) == 0
    assert forget_old_keys(at=timezone.now() + ANSWERS_KEPT_FOR * 2) == 1


@pytest.mark.parametrize("key", ["x" * 121, "ключ"])
def test_unusable_keys_are_named(key: str, alice: User, zhangjiang: Incubator) -> None:
    answer = Api(alice).post("projects/", {"name_zh": "一"}, Idempotency_Key=key)
    assert is_problem(answer, 422, "invalid")["errors"][0]["field"] == "Idempotency-Key"


def test_a_key_belongs_to_one_person(alice: User, bob: User, zhangjiang: Incubator) -> None:
    body = {"name_zh": "一", "incubator": "zhangjiang"}
    assert Api(alice).post("projects/", body, Idempotency_Key="k").status_code == 201
    assert "Idempotency-Replayed" not in Api(bob).post("projects/", body, Idempotency_Key="k")
    assert Project.objects.count() == 2


texts = st.text(st.characters(codec="utf-8") | st.sampled_from("\x00\u202e\ufeff"), max_size=40)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=3)
FIELDS = """name_zh sector summary lead_source enterprise first_contact_on external_id incubator park to_stage
on reason kind amount currency evidence shares sequence planned_on value period measure scopes rows year"""
PARAMETERS = "limit cursor ordering updated_since search stage sector incubator enterprise external_id"
names = st.sampled_from(FIELDS.split()) | texts


@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.dictionaries(names, values, max_size=6) | values, data=st.data())
def test_nothing_that_is_sent_breaks_the_server(
    body: Any, data: Any, alice: User, zhangjiang: Incubator
) -> None:
    api = Api(alice)
    project = Project.objects.first() or factories.make_project(alice, zhangjiang)
    path = data.draw(
        st.sampled_from(
            [
                "projects/",
                "projects/bulk/",
                "enterprises/",
                "tokens/",
                "observations/",
                "report-runs/",
                "auth/token/",
            ]
            + [f"projects/{project.pk}/{part}/" for part in ("moves", "facts", "legs", "evidence")]
        )
    )
    answer = api.post(path, json.dumps(body).encode())
    assert answer.status_code < 500, answer.content
    answer = api.patch(f"projects/{project.pk}/", json.dumps(body).encode(), If_Match="*")
    assert answer.status_code < 500, answer.content


@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(PARAMETERS.split()),
    value=texts,
)
def test_no_parameter_breaks_the_server(name: str, value: str, alice: User, zhangjiang: Incubator) -> None:
    answer = Client().get("/api/v1/projects/", {name: value}, headers=Api(alice).headers)
    assert answer.status_code in (200, 422), answer.content


def test_every_operation_says_what_it_does_and_how_it_fails() -> None:
    document = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
            problems = {
                code: answer
                for code, answer in operation["responses"].items()
                if code in ("401", "403", "422")
            }
            assert all("application/problem+json" in answer["content"] for answer in problems.values())
            assert "401" in problems, (method, path)


def test_schema_and_docs_are_served_from_here(db: None) -> None:
    client = Client()
    schema = client.get("/api/v1/schema/")
    assert (schema.status_code, yaml.safe_load(schema.content)["openapi"][:3]) == (200, "3.1")
    answer = client.get("/api/v1/docs/")
    page = answer.content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "//cdn." not in page
    assert page.count("<script") == page.count("<script src=") == 3
    assert "script-src 'self';" in answer["Content-Security-Policy"]
