"""What a snapshot holds, for whom, and that it is read in a fixed number of queries."""

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.errors import Conflict
from core.history import canonical
from core.periods import Period
from evaluation.enums import Audience
from evaluation.indicators import evaluate, park_totals
from evaluation.models import Scheme
from evaluation.selectors.freezing import Snapshot, freeze_inputs, scheme_for
from evaluation.services.schemes import install_scheme
from incubators.models import Incubator, Park, ReportedFigure
from projects.models import CreditShare, ReportedProject
from tests import factories
from tests.evaluation import cases

Q2 = Period.parse("2021-Q2")

pytestmark = pytest.mark.django_db


def freeze(
    incubator: Incubator | None, park: Park, audience: str = Audience.PARK, at: Any = cases.JULY
) -> Snapshot:
    return freeze_inputs(park=park, incubator=incubator, audience=audience, period=Q2, at=at)


def content(snapshot: Snapshot) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(snapshot.text)["input"]
    return found


def share(project: Any, **percents: str) -> None:
    CreditShare.objects.filter(project=project).delete()
    for code, percent in percents.items():
        incubator = Incubator.objects.get(code=code)
        CreditShare.objects.create(project=project, incubator=incubator, percent=Decimal(percent))


def test_the_digest_is_of_the_stored_text(zhangjiang: Incubator, park: Park) -> None:
    snapshot = freeze(zhangjiang, park)
    assert hashlib.sha256(snapshot.text.encode()).hexdigest() == snapshot.sha256
    assert canonical(json.loads(snapshot.text)).decode() == snapshot.text
    assert hashlib.sha256(canonical(content(snapshot))).hexdigest() == snapshot.input_sha256


def test_the_same_records_give_the_same_input_digest_on_another_day(
    zhangjiang: Incubator, park: Park, alice: User, bob: User
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    first, later = freeze(zhangjiang, park), freeze(zhangjiang, park, at=cases.JULY + timedelta(days=40))
    assert first.input_sha256 == later.input_sha256
    assert first.sha256 != later.sha256
    assert first.as_of == date(2021, 6, 30)


def test_what_happens_after_the_period_changes_nothing(
    zhangjiang: Incubator, park: Park, alice: User, bob: User
) -> None:
    project = cases.lively_quarter(zhangjiang, alice, bob)[0]
    before = freeze(zhangjiang, park).input_sha256
    cases.move(project, "industrialising", date(2021, 7, 2))
    cases.report_months(zhangjiang, "2021-07", operator=alice, verifier=bob)
    assert freeze(zhangjiang, park).input_sha256 == before


def test_another_verified_fact_gives_other_inputs(
    zhangjiang: Incubator, park: Park, alice: User, bob: User
) -> None:
    project = cases.lively_quarter(zhangjiang, alice, bob)[1]
    before = freeze(zhangjiang, park).input_sha256
    factories.make_fact(alice, project, "registered", on=date(2021, 5, 7), verifier=bob, at=cases.ENTERED)
    assert freeze(zhangjiang, park).input_sha256 != before


def test_press_reports_are_no_part_of_it(zhangjiang: Incubator, park: Park) -> None:
    before = freeze(zhangjiang, park).input_sha256
    ReportedFigure.objects.create(code="landed", name_zh="落户11个", incubator=zhangjiang, value=Decimal(11))
    ReportedProject.objects.create(code="reported", name_zh="报道项目", park=park, incubator=zhangjiang)
    assert freeze(zhangjiang, park).input_sha256 == before


def test_for_the_park_the_peers_are_in_it(
    zhangjiang: Incubator, shenzhen: Incubator, park: Park, alice: User, bob: User, charlie: User
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    assert [row["code"] for row in content(freeze(zhangjiang, park))["incubators"]] == ["zhangjiang"]
    factories.make_project(charlie, shenzhen)
    assert [row["code"] for row in content(freeze(zhangjiang, park))["incubators"]] == [
        "shenzhen",
        "zhangjiang",
    ]


def test_for_an_operator_nothing_of_the_others_is_in_it(
    zhangjiang: Incubator, shenzhen: Incubator, park: Park, alice: User, bob: User, charlie: User
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    secret = factories.make_project(charlie, shenzhen, name_zh="机密项目")
    joint = factories.make_project(charlie, shenzhen, name_zh="机密联合项目")
    factories.make_fact(charlie, joint, "registered", on=date(2021, 5, 8), verifier=bob, at=cases.ENTERED)
    share(joint, shenzhen="60", zhangjiang="40")
    snapshot = freeze(zhangjiang, park, Audience.OPERATOR)
    for hidden in ("机密", "shenzhen", secret.code, joint.code):
        assert hidden not in snapshot.text
    landed = evaluate(content(snapshot), "zhangjiang", Q2).values["landed"]
    assert landed.value == Decimal("1.4")
    assert {record.project_id for record in landed.records if record.note == "40%"} == {None}


def test_own_credit_given_away_stays_given_away_for_the_operator(
    zhangjiang: Incubator, shenzhen: Incubator, park: Park, alice: User, bob: User
) -> None:
    project = cases.lively_quarter(zhangjiang, alice, bob)[0]
    share(project, shenzhen="100")
    frozen = content(freeze(zhangjiang, park, Audience.OPERATOR))
    assert evaluate(frozen, "zhangjiang", Q2).values["landed"].value == 0


def test_a_shared_project_counts_once_in_the_totals_of_the_park(
    zhangjiang: Incubator, shenzhen: Incubator, park: Park, alice: User, bob: User
) -> None:
    project = cases.lively_quarter(zhangjiang, alice, bob)[0]
    share(project, zhangjiang="60", shenzhen="40")
    cases.make_contract(shenzhen)
    frozen = content(freeze(None, park))
    landed = [evaluate(frozen, code, Q2).values["landed"].value for code in ("zhangjiang", "shenzhen")]
    assert landed == [Decimal("0.6"), Decimal("0.4")]
    totals = {row["key"]: row["value"] for row in park_totals(frozen, Q2)}
    assert (totals["total_registered"], totals["total_paid_in"]) == ("1", "1500000.00")


def queries(zhangjiang: Incubator, park: Park) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        freeze(zhangjiang, park)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_projects(
    zhangjiang: Incubator, park: Park, alice: User, bob: User
) -> None:
    def add() -> None:
        project = factories.make_project(alice, zhangjiang, at=cases.ENTERED)
        cases.move(project, "screening", date(2021, 4, 2))
        factories.make_fact(alice, project, "signed", on=date(2021, 4, 6), verifier=bob, at=cases.ENTERED)

    cases.make_contract(zhangjiang)
    add()
    one = queries(zhangjiang, park)
    add()
    add()
    assert queries(zhangjiang, park) == one


def test_the_scheme_in_force_on_the_last_day_is_taken(db: None) -> None:
    assert scheme_for(Q2).code == "demonstration"
    with pytest.raises(Conflict, match="scheme|方案"):
        scheme_for(Period.parse("2015"))


def test_installing_the_scheme_again_changes_nothing(db: None) -> None:
    scheme = Scheme.objects.get()
    assert install_scheme() == scheme
    assert Scheme.objects.count() == 1
