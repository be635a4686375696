"""Each rule of the database for evaluations, broken once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from evaluation.enums import Audience, NodeKind, RunState, SchemeStatus
from evaluation.models import (
    EvaluationRun,
    EvaluationScore,
    Indicator,
    Observation,
    ReportRun,
    Scheme,
    SchemeNode,
)
from incubators.models import Incubator
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def observe(incubator: Incubator, by: User, **values: Any) -> Observation:
    defaults = {
        "measure": "events_held",
        "period": "2021-04",
        "starts_on": date(2021, 4, 1),
        "ends_on": date(2021, 5, 1),
        "value": Decimal(1),
        "entered_at": NOW,
        "entered_by": by,
    }
    return Observation.objects.create(incubator=incubator, **{**defaults, **values})


def make_scheme(**values: Any) -> Scheme:
    defaults = {"code": "other", "version": 1, "name_zh": "方案", "valid_from": date(2021, 1, 1)}
    return Scheme.objects.create(**{**defaults, **values})


def make_node(scheme: Scheme, **values: Any) -> SchemeNode:
    defaults = {
        "code": "head",
        "position": 0,
        "kind": NodeKind.GROUP,
        "weight": Decimal(5),
        "name_zh": "板块",
    }
    return SchemeNode.objects.create(scheme=scheme, **{**defaults, **values})


def make_run(incubator: Incubator | None, **values: Any) -> EvaluationRun:
    defaults = {
        "park": incubator.park if incubator else None,
        "incubator": incubator,
        "audience": Audience.PARK,
        "period": "2021-Q2",
        "scheme": Scheme.objects.get(code="demonstration"),
        "input_sha256": "a" * 64,
        "snapshot": "{}",
        "snapshot_sha256": "b" * 64,
        "as_of": date(2021, 6, 30),
        "requested_at": NOW,
    }
    return EvaluationRun.objects.create(**{**defaults, **values})


def make_report(run: EvaluationRun, **values: Any) -> ReportRun:
    defaults = {"format": "pdf", "language": "en", "requested_at": NOW}
    return ReportRun.objects.create(run=run, **{**defaults, **values})


def test_a_measure_is_recorded_once_a_month(zhangjiang: Incubator, alice: User) -> None:
    observe(zhangjiang, alice)
    with broken("evaluation_observation_once"):
        observe(zhangjiang, alice)


def test_who_and_when_go_together(zhangjiang: Incubator, alice: User) -> None:
    with broken("evaluation_observation_verified_pair"):
        observe(zhangjiang, alice, verified_at=NOW)


def test_a_second_person_verifies(zhangjiang: Incubator, alice: User) -> None:
    with broken("evaluation_observation_second_person"):
        observe(zhangjiang, alice, verified_at=NOW, verified_by=alice)


def test_a_measure_is_not_below_zero(zhangjiang: Incubator, alice: User) -> None:
    with broken("evaluation_observation_not_negative"):
        observe(zhangjiang, alice, value=Decimal(-1))


def test_a_version_exists_once() -> None:
    make_scheme()
    with broken("evaluation_scheme_version_once"):
        make_scheme()


def test_a_scheme_ends_after_it_starts() -> None:
    with broken("evaluation_scheme_dates"):
        make_scheme(valid_until=date(2020, 1, 1), status=SchemeStatus.DRAFT)


def test_published_versions_do_not_overlap() -> None:
    make_scheme(status=SchemeStatus.PUBLISHED)
    with broken("evaluation_scheme_versions_do_not_overlap"):
        make_scheme(version=2, valid_from=date(2022, 1, 1), status=SchemeStatus.PUBLISHED)


def test_a_code_stands_once_in_a_scheme() -> None:
    scheme = make_scheme()
    make_node(scheme)
    with broken("evaluation_node_code_once"):
        make_node(scheme, position=1)


def test_a_heading_has_no_indicator_and_a_leaf_has_one() -> None:
    scheme = make_scheme()
    with broken("evaluation_leaf_has_indicator"):
        make_node(scheme, kind=NodeKind.INDICATOR)
    with broken("evaluation_leaf_has_indicator"):
        make_node(scheme, indicator=Indicator.objects.get(code="landed"))


def test_points_are_not_below_zero() -> None:
    with broken("evaluation_weight_not_negative"):
        make_node(make_scheme(), weight=Decimal(-1))


def test_the_same_inputs_give_the_same_run(zhangjiang: Incubator) -> None:
    make_run(zhangjiang)
    with broken("evaluation_same_inputs_same_run"):
        make_run(zhangjiang)


def test_a_run_for_operators_is_about_one_incubator(zhangjiang: Incubator) -> None:
    with broken("evaluation_operators_see_one_incubator"):
        make_run(None, park=zhangjiang.park, audience=Audience.OPERATOR)


def test_a_node_is_scored_once(zhangjiang: Incubator) -> None:
    score = {"incubator": zhangjiang, "period": "2021-Q2", "node": "landed", "points": Decimal(1)}
    run = make_run(zhangjiang)
    EvaluationScore.objects.create(run=run, **score)
    with broken("evaluation_one_score_per_node"):
        EvaluationScore.objects.create(run=run, **score)


def test_a_format_and_language_is_one_file(zhangjiang: Incubator) -> None:
    run = make_run(zhangjiang)
    make_report(run)
    with broken("evaluation_one_file_per_format"):
        make_report(run)


def test_what_is_done_has_a_file(zhangjiang: Incubator) -> None:
    with broken("evaluation_done_report_has_file"):
        make_report(make_run(zhangjiang), state=RunState.DONE, finished_at=NOW)


def test_progress_is_a_percentage(zhangjiang: Incubator) -> None:
    with broken("evaluation_progress_is_a_percentage"):
        make_report(make_run(zhangjiang), progress=101)
