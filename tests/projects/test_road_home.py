"""Relocation legs, and credit shares that always total 100%."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from incubators.models import Incubator, Park
from projects import services
from projects.models import CreditShare, Project, RelocationLeg, StageLog
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import chain_lengths, history_of, last_changes, refused

pytestmark = pytest.mark.django_db

CHAIN = "incubator:zhangjiang"
HOME = {"from_place": "上海", "to_place": "江阴"}


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


def save(
    project: Project, actor: User, sequence: Any = 1, evidence: Any = (), **values: Any
) -> RelocationLeg:
    return services.save_leg(
        project=project,
        sequence=sequence,
        values={**HOME, **values},
        evidence=evidence,
        actor=actor,
        at=NOW,
    )


def divide(project: Project, actor: User, shares: dict[Incubator, Any]) -> list[CreditShare]:
    return services.set_credit_shares(project=project, shares=shares, actor=actor, at=NOW)


def test_a_leg_is_planned_travelled_and_remembered(
    project: Project, alice: User, zhangjiang: Incubator
) -> None:
    file = factories.make_evidence(alice, zhangjiang)
    save(project, alice, planned_on=date(2021, 7, 1))
    leg = save(project, alice, departed_on=date(2021, 5, 1), evidence=[file])
    assert last_changes(leg) == {"departed_on": [None, "2021-05-01"], "evidence": [[], [file.sha256]]}
    assert save(project, alice, evidence=[file]) == leg
    assert history_of(leg) == [(CHAIN, "alice", "leg.saved")] * 2
    project.refresh_from_db()
    assert project.version == 3


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, [":invalid"]),
        ({"departed_on": date(2021, 6, 2)}, ["departed_on:future"]),
        ({"departed_on": date(2021, 5, 1), "arrived_on": date(2021, 6, 2)}, ["arrived_on:future"]),
        ({"departed_on": date(2021, 5, 2), "arrived_on": date(2021, 5, 1)}, [":invalid"]),
        ({"planned_on": date(2021, 5, 2), "arrived_on": date(2021, 5, 2)}, [":invalid"]),
        ({"planned_on": "soon"}, ["planned_on:invalid"]),
        ({"planned_on": date(2021, 5, 2), "site": "a\x00"}, ["site:characters"]),
        ({"planned_on": date(2021, 5, 2), "from_place": ""}, ["from_place:blank"]),
        ({"planned_on": date(2021, 5, 2), "sequence": "one"}, ["sequence:invalid"]),
        ({"planned_on": date(2021, 5, 2), "sequence": -1}, ["sequence:min_value"]),
        ({"planned_on": date(2021, 5, 2), "sequence": 10**30}, ["sequence:max_value"]),
        ({"planned_on": date(2021, 5, 2), "legal_entity": 7}, ["legal_entity:invalid"]),
    ],
)
def test_wrong_legs_are_named(
    project: Project, alice: User, values: dict[str, Any], named: list[str]
) -> None:
    with refused(Invalid, *named):
        save(project, alice, **values)
    assert RelocationLeg.objects.count() == 0


def test_legs_do_not_overlap(project: Project, alice: User) -> None:
    save(project, alice, 1, departed_on=date(2021, 4, 1), arrived_on=date(2021, 5, 1))
    with refused(Conflict, "projects_legs_do_not_overlap"):
        save(project, alice, 2, departed_on=date(2021, 4, 30))
    assert save(project, alice, 2, departed_on=date(2021, 5, 1)).sequence == 2


def test_a_leg_names_only_what_one_may_see(
    project: Project, alice: User, charlie: User, erik: User, shenzhen: Incubator, zhangjiang: Incubator
) -> None:
    wuxi = factories.make_incubator(erik.memberships.get().park, "wuxi-one")
    for theirs in (factories.make_enterprise(charlie, shenzhen), factories.make_enterprise(erik, wuxi)):
        with refused(Invalid, "legal_entity:not_found"):
            save(project, alice, planned_on=date(2021, 7, 1), legal_entity=theirs)
    file = factories.make_evidence(charlie, shenzhen)
    with refused(Invalid, "evidence:not_found"):
        save(project, alice, planned_on=date(2021, 7, 1), evidence=[file])
    ours = factories.make_enterprise(alice, zhangjiang)
    assert save(project, alice, planned_on=date(2021, 7, 1), legal_entity=ours).legal_entity == ours


def test_a_planned_leg_is_removed_and_a_travelled_one_stays(project: Project, alice: User) -> None:
    planned = save(project, alice, planned_on=date(2021, 7, 1))
    seen = RelocationLeg.objects.get(pk=planned.pk)
    save(project, alice, departed_on=date(2021, 5, 1))
    with refused(Conflict, "travelled"):  # though Alice's page still shows it as planned
        services.remove_leg(leg=seen, actor=alice, at=NOW)
    other = save(project, alice, 2, planned_on=date(2021, 7, 1))
    gone = RelocationLeg.objects.get(pk=other.pk)
    services.remove_leg(leg=other, actor=alice, at=NOW)
    assert (history_of(gone)[-1], last_changes(gone)["planned_on"]) == (
        (CHAIN, "alice", "leg.removed"),
        ["2021-07-01", None],
    )
    with refused(Conflict, "deleted"):
        services.remove_leg(leg=gone, actor=alice, at=NOW)


def test_strangers_and_readers_touch_neither_legs_nor_shares(
    project: Project, alice: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    leg = save(project, alice, planned_on=date(2021, 7, 1))
    for person in (charlie, dora, erik):
        with refused(Refused, "refused"):
            save(project, person, site="x")
        with refused(Refused, "refused"):
            services.remove_leg(leg=leg, actor=person, at=NOW)
        with refused(Refused, "refused"):
            divide(project, person, {zhangjiang: Decimal(100)})


@pytest.mark.django_db(transaction=True)
def test_two_people_enter_the_same_leg(project: Project, alice: User, bob: User) -> None:
    outcomes = together(
        *(lambda who=who: save(project, who, planned_on=date(2021, 7, 1)) for who in (alice, bob))
    )
    assert outcomes == ["RelocationLeg", "RelocationLeg"]
    assert len(history_of(RelocationLeg.objects.get())) == 1


def test_credit_is_divided_and_remembered(
    project: Project, alice: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    divide(project, alice, {zhangjiang: Decimal(100)})
    divide(project, bob, {zhangjiang: "66.67", shenzhen: Decimal("33.33")})
    divide(project, bob, {shenzhen: Decimal("33.330"), zhangjiang: Decimal("66.67")})
    assert history_of(project)[1:] == [(CHAIN, "alice", "credit.divided"), (CHAIN, "bob", "credit.divided")]
    assert last_changes(project) == {
        "credit_shares": [{"zhangjiang": "100.00"}, {"zhangjiang": "66.67", "shenzhen": "33.33"}]
    }


def test_an_operator_alone_gives_nothing_to_others(
    project: Project, alice: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    for shares in ({shenzhen: Decimal(100)}, {zhangjiang: Decimal(50), shenzhen: Decimal(50)}):
        with refused(Conflict, "credit_shares:needs_agreement"):
            divide(project, alice, shares)
    assert CreditShare.objects.count() == 0


@pytest.mark.parametrize(
    ("percents", "named"),
    [
        ([], "credit_shares:total"),
        ([Decimal("99.99")], "credit_shares:total"),
        ([Decimal(60), Decimal(60)], "credit_shares:total"),
        ([Decimal(100), Decimal(0)], "credit_shares:range"),
        ([Decimal(150), Decimal(-50)], "credit_shares:range"),
        ([Decimal("33.333"), Decimal("66.667")], "credit_shares:range"),
        ([Decimal("NaN")], "percent:invalid"),
        ([Decimal("Infinity"), Decimal("-Infinity")], "percent:invalid"),
        ([Decimal("1E+30"), Decimal(100) - Decimal("1E+30")], "credit_shares:range"),
        ([50.0, 50.0], "percent:invalid"),
        ([None, Decimal(100)], "credit_shares:range"),
        (["all"], "percent:invalid"),
    ],
)
def test_shares_that_are_no_shares_are_refused(
    project: Project, alice: User, park: Park, percents: list[Any], named: str
) -> None:
    places = [factories.make_incubator(park, f"place-{number}") for number, _percent in enumerate(percents)]
    with refused(Invalid, named):
        divide(project, alice, dict(zip(places, percents, strict=True)))


def test_no_share_leaves_the_park_and_no_name_comes_back(project: Project, alice: User, erik: User) -> None:
    secret = factories.make_incubator(erik.memberships.get().park, "secret", name_zh="秘密孵化器")
    with pytest.raises(Invalid) as caught:
        divide(project, alice, {secret: Decimal(1)})
    [field] = caught.value.fields
    assert field.code == "not_found"
    assert "秘密" not in f"{caught.value} {field.message}"


@pytest.mark.parametrize("then", ["", "suspended"])
def test_after_landing_only_the_park_divides(
    project: Project, alice: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator, then: str
) -> None:
    seen = Project.objects.get(pk=project.pk)
    for number, stage in enumerate(["landed", *([then] if then else [])], start=2):
        StageLog.objects.create(
            project=project, sequence=number, from_stage="lead", to_stage=stage, on=NOW.date(), moved_at=NOW
        )
    Project.objects.filter(pk=project.pk).update(stage=then or "landed")
    with refused(Refused, "refused"):
        divide(seen, alice, {shenzhen: Decimal(100)})
    assert divide(seen, bob, {zhangjiang: Decimal(100)})[0].percent == 100


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_divisions_leave_one_whole(
    project: Project, alice: User, bob: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    half = {zhangjiang: Decimal(50), shenzhen: Decimal(50)}
    outcomes = together(
        lambda: divide(project, alice, {zhangjiang: Decimal(100)}), lambda: divide(project, bob, half)
    )
    assert outcomes == ["list", "list"]
    assert sum(CreditShare.objects.values_list("percent", flat=True)) == 100


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 9999), unique=True, max_size=4), slip=st.sampled_from([0, 0, 1, -1]))
def test_shares_are_kept_exactly_when_they_total_100(
    project: Project, bob: User, park: Park, cuts: list[int], slip: int
) -> None:
    edges = [0, *sorted(cuts), 10_000 + slip]
    percents = [Decimal(b - a) / 100 for a, b in zip(edges, edges[1:], strict=False)]
    places = [
        park.incubators.filter(code=f"place-{number}").first()
        or factories.make_incubator(park, f"place-{number}")
        for number in range(len(percents))
    ]
    before = chain_lengths()
    if slip or 0 in percents:
        with pytest.raises(Invalid):
            divide(project, bob, dict(zip(places, percents, strict=True)))
        assert chain_lengths() == before
    else:
        kept = divide(project, bob, dict(zip(places, percents, strict=True)))
        assert {share.incubator: share.percent for share in kept} == dict(zip(places, percents, strict=True))
