"""A pool in a portfolio run: all who draw on it share it, and together they never get more than is left."""

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from funding import services
from funding.importers import Entry, read_register
from funding.importers.register import REGISTER
from funding.report.portfolio import Rules, compute
from incubators.models import Incubator, Park
from tests.factories import NOW
from tests.funding.applicants import DAY, make_firm
from tests.funding.cast import make_policy, make_version

ASTRI = {one.code: one for _code, one in read_register(REGISTER) if isinstance(one, Entry)}["SZ-ASTRI"]


def pool(taken: list[int], asked: list[int], rules: Rules | None = None) -> list[tuple[str, int]]:
    """Standing and yuan of each applicant to the pool of 100 million in Suzhou."""
    cases = [
        {"suzhou_company": True, "astri_project": True, "committed_yuan": before, "requested_yuan": sum_}
        for before, sum_ in zip(taken, asked, strict=True)
    ]
    lines = compute(ASTRI.terms, cases, rules or Rules())
    return [(line.standing, line.granted_fen // 100) for line in lines]


def test_a_pool_is_shared_by_all_who_draw_on_it() -> None:
    """Each alone would get what it asks for; together they get what is left, the largest first."""
    million = 1_000_000
    assert pool([0, 0, 0], [30 * million, 50 * million, 40 * million]) == [
        ("in", 10 * million),
        ("in", 50 * million),
        ("in", 40 * million),
    ]
    assert pool([90 * million, 80 * million], [8 * million, 9 * million]) == [
        ("in", million),
        ("in", 9 * million),
    ]
    assert pool([0, 0], [60 * million, 60 * million]) == [("tied", 0), ("tied", 0)]
    assert pool([0, 0], [60 * million, 50 * million], Rules(budget_fen=70 * million * 100)) == [
        ("in", 60 * million),
        ("out", 0),
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 120_000_000), st.integers(0, 120_000_000)), max_size=8))
def test_a_pool_never_gives_more_than_it_has(applicants: list[tuple[int, int]]) -> None:
    taken, asked = [one for one, _ in applicants], [one for _, one in applicants]
    granted = [yuan for _standing, yuan in pool(taken, asked)]
    assert sum(granted) <= max(100_000_000 - max(taken, default=0), 0)
    assert all(0 <= yuan <= sum_ for yuan, sum_ in zip(granted, asked, strict=True))


@pytest.mark.django_db
def test_the_page_names_the_pool_that_all_share(
    park: Park, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    first, second, third = (make_firm(alice, zhangjiang) for _number in range(3))
    facts = [{"key": key, "kind": "money"} for key in ("requested_yuan", "committed_yuan")]
    amount = {
        "op": "within",
        "of": {"op": "fact", "fact": "requested_yuan"},
        "limit": 3_000_000,
        "used": "committed_yuan",
        "remaining": "remaining_yuan",
    }
    policy = make_policy(park, bob, code="JY-POOL")
    version = make_version(policy, bob, terms={"facts": facts, "amount": amount}, cases=[])
    done = services.start_run(
        park=park,
        version=version,
        name="示例测算",
        as_of=DAY,
        changed={
            str(first.pk): {"requested_yuan": 2_000_000, "committed_yuan": 0},
            str(second.pk): {"requested_yuan": 1_500_000, "committed_yuan": 0},
        },
        actor=bob,
        at=NOW,
    )
    granted = dict(zip((one.pk for one in (first, second, third)), done.result["variant"], strict=True))
    assert [granted[one.pk]["granted_fen"] // 100 for one in (first, second, third)] == [
        2_000_000,
        1_000_000,
        0,
    ]
    client = Client()
    client.force_login(bob)
    client.cookies["language"] = "en"
    page = client.get(reverse("portfolio-detail", args=[done.pk]))
    assert "CNY 3 million for all together" in page.content.decode()
