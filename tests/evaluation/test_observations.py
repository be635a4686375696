"""Monthly measures: entered by one, verified by another, remembered in the incubator's chain."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from core.history import verify
from core.models import HistoryEntry
from evaluation.models import Observation
from evaluation.services import (
    ObservationRow,
    enter_observation,
    enter_observations,
    verify_observation,
    verify_observations,
)
from incubators.models import Incubator
from tests import factories

AT = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def enter(
    alice: User, incubator: Incubator, measure: str = "events_held", value: str = "3", **values: str
) -> Observation:
    return enter_observation(
        incubator=incubator,
        measure=measure,
        period=values.pop("period", "2021-04"),
        value=Decimal(value),
        actor=alice,
        at=AT,
        **values,
    )


def test_a_value_is_entered_with_its_month(zhangjiang: Incubator, alice: User) -> None:
    found = enter(alice, zhangjiang)
    assert (str(found.starts_on), str(found.ends_on), found.entered_by) == ("2021-04-01", "2021-05-01", alice)
    assert found.verified_at is None


def test_a_correction_replaces_the_value_and_is_remembered(zhangjiang: Incubator, alice: User) -> None:
    first, second = enter(alice, zhangjiang), enter(alice, zhangjiang, value="4")
    assert first.pk == second.pk
    entries = HistoryEntry.objects.filter(chain=zhangjiang.chain, action="observation.entered")
    assert [entry.changes["value"] for entry in entries.order_by("sequence")] == [
        [None, "3"],
        ["3.0000", "4"],
    ]
    assert not list(verify([zhangjiang.chain]))


def test_a_second_person_verifies(zhangjiang: Incubator, alice: User, bob: User) -> None:
    found = verify_observation(observation=enter(alice, zhangjiang), actor=bob, at=AT)
    assert (found.verified_by, found.verified_at) == (bob, AT)


def test_whoever_entered_cannot_verify(zhangjiang: Incubator, bob: User) -> None:
    own = enter(bob, zhangjiang)
    with pytest.raises(Refused):
        verify_observation(observation=own, actor=bob, at=AT)


def test_an_operator_cannot_verify_and_a_stranger_cannot_enter(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    with pytest.raises(Refused):
        verify_observation(observation=enter(bob, zhangjiang), actor=alice, at=AT)
    with pytest.raises(Refused):
        enter(charlie, zhangjiang)


def test_a_verified_value_stays(zhangjiang: Incubator, alice: User, bob: User) -> None:
    found = verify_observation(observation=enter(alice, zhangjiang), actor=bob, at=AT)
    with pytest.raises(Conflict):
        enter(alice, zhangjiang, value="9")
    with pytest.raises(Conflict):
        verify_observation(observation=found, actor=bob, at=AT)


@pytest.mark.parametrize(
    ("measure", "period", "value", "field"),
    [
        ("nonsense", "2021-04", "1", "measure"),
        ("events_held", "2021-Q2", "1", "period"),
        ("events_held", "April", "1", "period"),
        ("events_held", "2021-07", "1", "period"),
        ("events_held", "2021-04", "-1", "value"),
        ("events_held", "2021-04", "1.5", "value"),
        ("events_held", "2021-04", "NaN", "value"),
        ("satisfaction_percent", "2021-04", "100.5", "value"),
    ],
)
def test_what_cannot_be_stored_names_its_field(
    zhangjiang: Incubator, alice: User, measure: str, period: str, value: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        enter(alice, zhangjiang, measure, value, period=period)
    assert [error.field for error in refused.value.fields] == [field]
    assert not Observation.objects.exists()


def test_a_part_is_never_more_than_its_whole(zhangjiang: Incubator, alice: User) -> None:
    enter(alice, zhangjiang, "service_tickets_total", "10")
    with pytest.raises(Invalid):
        enter(alice, zhangjiang, "service_tickets_on_time", "11")
    enter(alice, zhangjiang, "service_tickets_on_time", "10")
    with pytest.raises(Invalid):
        enter(alice, zhangjiang, "service_tickets_total", "9")


def test_many_values_go_in_together_or_not_at_all(zhangjiang: Incubator, alice: User, bob: User) -> None:
    rows = [
        ObservationRow("events_held", "2021-03", Decimal(1)),
        ObservationRow("budget_yuan", "2021-03", Decimal(5)),
    ]
    found = enter_observations(incubator=zhangjiang, rows=rows, actor=alice, at=AT)
    assert [row.measure for row in verify_observations(observations=found, actor=bob, at=AT)] == [
        "events_held",
        "budget_yuan",
    ]
    with pytest.raises(Invalid):
        enter_observations(
            incubator=zhangjiang,
            rows=[
                ObservationRow("events_held", "2021-04", Decimal(1)),
                ObservationRow("x", "2021-04", Decimal(1)),
            ],
            actor=alice,
            at=AT,
        )
    assert Observation.objects.count() == 2


def test_evidence_of_another_incubator_is_refused(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, charlie: User
) -> None:
    own, foreign = factories.make_evidence(alice, zhangjiang), factories.make_evidence(charlie, shenzhen)
    found = enter(alice, zhangjiang, evidence=[own])  # type: ignore[arg-type]
    assert list(found.evidence.all()) == [own]
    with pytest.raises(Invalid):
        enter(alice, zhangjiang, evidence=[foreign])  # type: ignore[arg-type]
