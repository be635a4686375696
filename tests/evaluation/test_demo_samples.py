"""Fictional records: told through the services, plainly marked, the same however they were loaded."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from pypdf import PdfReader

from accounts.models import User
from core import history
from core.enums import Provenance
from core.models import ExchangeRate, HistoryEntry, HistoryHead
from core.money import rate_on
from enterprises.identifiers import is_credit_code, is_organisation_number
from enterprises.models import Enterprise, Recognition, YearlyFigure
from evaluation.demo import samples
from evaluation.demo.facts import load_facts
from evaluation.demo.papers import TITLES, paper
from evaluation.demo.people import load_people
from evaluation.demo.reading import document, entries
from evaluation.demo.samples import load_samples
from evaluation.models import Observation
from evidence.models import EvidenceFile
from incubators.models import Incubator, Membership, OperatorContract, Organisation, ReportedFigure, Space
from projects.enums import Cause, Stage
from projects.models import CreditShare, Project, ProjectFact, RelocationLeg, StageLog

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 4, tzinfo=UTC)
#: One process tells the story; two would tell it twice.
pytestmark = pytest.mark.xdist_group("samples")
JIANGYIN = ("jy-uppsala", "jy-zhangjiang", "jy-shenzhen-incubator")


class PowerCut(Exception):
    """Stands for a load that was killed."""


def load_until_power_cut() -> list[str]:
    """Kill the load in the middle of the third site and say which sites are there."""
    play, calls = samples._play, Counter[str]()

    def cut(events: Any, *, until: datetime) -> int:
        calls["sites"] += 1
        if calls["sites"] < 3:
            return play(events, until=until)
        play(events[: len(events) // 2], until=until)
        raise PowerCut

    load_people()
    with pytest.raises(PowerCut), patch.object(samples, "_play", cut):
        load_samples(at=NOW)
    return sorted(set(Project.objects.values_list("incubator__code", flat=True)))


@pytest.fixture(scope="module")
def after_power_cut(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """One load for the whole module, killed half-way and repeated; each test works in a savepoint."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_facts(at=NOW)
        there = load_until_power_cut()
        load_samples(at=NOW)
        yield there
        transaction.set_rollback(True)


@pytest.fixture
def demo(after_power_cut: list[str], db: None) -> list[str]:
    return after_power_cut


def rows() -> list[tuple[str, dict[str, Any]]]:
    return [(code, row) for code, found in document("sample_projects").items() for row in found]


# --- whole, once, in order -----------------------------------------------------------------------------
def test_a_killed_load_keeps_whole_sites_and_the_next_load_adds_the_rest(demo: list[str]) -> None:
    assert demo == ["jy-uppsala", "jy-zhangjiang"]
    recorded = Counter(Project.objects.values_list("incubator__code", flat=True))
    assert recorded == {code: len(found) for code, found in document("sample_projects").items()}
    assert sum(recorded.values()) == 64


def test_every_project_stands_where_its_last_move_left_it(demo: list[str]) -> None:
    projects = {project.external_id: project for project in Project.objects.all()}
    expected = {
        f"DEMO-{row['id']}": (row["moves"][-1][0] if row.get("moves") else "lead") for _code, row in rows()
    }
    assert {key: project.stage for key, project in projects.items()} == expected
    assert StageLog.objects.count() == sum(1 + len(row.get("moves", ())) for _code, row in rows())


def test_a_second_load_changes_nothing(demo: list[str]) -> None:
    models = (
        Project, ProjectFact, StageLog, CreditShare, RelocationLeg, Enterprise, YearlyFigure, Recognition,
        EvidenceFile, Observation, OperatorContract, Space, User, Membership, ExchangeRate, Organisation,
        HistoryHead, HistoryEntry,
    )  # fmt: skip
    before = {model: list(model.objects.order_by("pk").values_list()) for model in models}
    _people, opened = load_people()
    loaded = load_samples(at=LATER)
    assert (opened, [section.name for section in loaded if section.touched]) == (0, [])
    assert {model: list(model.objects.order_by("pk").values_list()) for model in models} == before


def test_the_history_holds_and_runs_forward(demo: list[str]) -> None:
    assert list(history.verify()) == []
    for code in JIANGYIN:
        moments = HistoryEntry.objects.filter(chain=f"incubator:{code}").order_by("sequence")
        times = list(moments.values_list("at", flat=True))
        assert all(earlier <= later for earlier, later in pairwise(times))


def test_nothing_lies_in_the_future(demo: list[str]) -> None:
    assert not HistoryEntry.objects.filter(at__gt=NOW).exists()
    assert not StageLog.objects.filter(on__gt=NOW.date()).exists()


# --- plainly fictional ---------------------------------------------------------------------------------
def test_every_fictional_record_says_so(demo: list[str]) -> None:
    for model in (Project, Enterprise):
        for record in model.objects.all():
            assert record.name_zh.startswith("示例")
            assert record.name_en.startswith("Sample")
            assert record.provenance == Provenance.DEMONSTRATION
    assert all(file.title.startswith("示例") for file in EvidenceFile.objects.all())
    assert all(user.display_name.startswith("示例") for user in User.objects.filter(is_demonstration=True))
    assert not Observation.objects.exclude(provenance=Provenance.DEMONSTRATION).exists()
    assert not OperatorContract.objects.exclude(is_demonstration=True).exists()


def test_no_name_of_the_press_bears_an_invented_record(demo: list[str]) -> None:
    real = {entry["zh"] for name in ("organisations", "projects") for entry in entries(name)}
    invented = {*Project.objects.values_list("name_zh", flat=True)}
    invented |= {*Enterprise.objects.values_list("name_zh", flat=True)}
    assert real & invented == set()
    operators = set(OperatorContract.objects.values_list("operator__code", flat=True))
    assert operators == {"demo-operator-uppsala", "demo-operator-zhangjiang", "demo-operator-shenzhen"}


def test_published_figures_are_not_mixed_with_fictional_ones(demo: list[str]) -> None:
    zhangjiang = Incubator.objects.get(code="jy-zhangjiang")
    landed = ReportedFigure.objects.get(code="jyzj-landed")
    assert (landed.value, landed.status) == (Decimal(11), "reported")
    assert zhangjiang.projects.count() == 25
    assert (
        Organisation.objects.filter(code__in=[entry["id"] for entry in entries("organisations")]).count()
        == 84
    )


def test_identifiers_have_the_right_form_in_series_that_nobody_uses(demo: list[str]) -> None:
    codes = [code for code in Enterprise.objects.values_list("credit_code", flat=True) if code]
    numbers = [
        number for number in Enterprise.objects.values_list("organisation_number", flat=True) if number
    ]
    assert len(codes) == len(set(codes)) > 25
    assert len(numbers) > 5
    assert all(is_credit_code(code) and code[2:8] == "990000" for code in codes)
    assert all(is_organisation_number(number) and number.startswith("992") for number in numbers)


# --- something to show on every screen -------------------------------------------------------------------
def test_every_stage_and_every_cause_of_death_occurs(demo: list[str]) -> None:
    assert set(Project.objects.values_list("stage", flat=True)) == set(Stage.values)
    causes = set(StageLog.objects.exclude(cause="").values_list("cause", flat=True))
    assert causes == set(Cause.values)


def test_a_project_was_suspended_and_resumed_and_one_went_back(demo: list[str]) -> None:
    resumed = StageLog.objects.filter(from_stage=Stage.SUSPENDED, to_stage=Stage.INCUBATING)
    assert {log.project.external_id for log in resumed} == {"DEMO-U-08", "DEMO-S-15"}
    back = StageLog.objects.get(from_stage=Stage.LANDED, to_stage=Stage.ACCELERATING)
    assert (back.project.external_id, back.reason) == ("DEMO-Z-09", "生产许可需要补充验证，退回加速阶段。")


def test_credit_is_split_60_to_40_and_always_totals_100(demo: list[str]) -> None:
    shares = CreditShare.objects.filter(project__external_id="DEMO-U-06")
    assert dict(shares.values_list("incubator__code", "percent")) == {
        "jy-uppsala": Decimal(60),
        "jy-zhangjiang": Decimal(40),
    }
    totals = Counter[int]()
    for project_id, percent in CreditShare.objects.values_list("project_id", "percent"):
        totals[project_id] += percent
    assert set(totals.values()) == {Decimal(100)}


def test_a_relocation_goes_home_in_two_legs(demo: list[str]) -> None:
    legs = RelocationLeg.objects.filter(project__external_id="DEMO-U-06").order_by("sequence")
    assert [(leg.from_place, leg.to_place) for leg in legs] == [
        ("Uppsala", "上海张江"),
        ("上海张江", "江阴高新区"),
    ]
    assert all(leg.departed_on and leg.arrived_on and leg.evidence.exists() for leg in legs)


def test_some_facts_wait_for_the_park_and_some_were_returned(demo: list[str]) -> None:
    returned = ProjectFact.objects.filter(returned_at__isnull=False)
    assert set(returned.values_list("project__external_id", "kind")) == {
        ("DEMO-Z-15", "paid_in"),
        ("DEMO-Z-21", "signed"),
        ("DEMO-S-16", "signed"),
    }
    waiting = ProjectFact.objects.filter(
        verified_at=None, returned_at=None, project__incubator__code__in=JIANGYIN
    )
    assert set(waiting.values_list("project__external_id", "kind")) == {
        ("DEMO-U-11", "paid_in"),
        ("DEMO-Z-18", "paid_in"),
        ("DEMO-Z-20", "registered"),
        ("DEMO-S-14", "paid_in"),
        ("DEMO-S-17", "signed"),
        ("DEMO-Z-22", "signed"),
    }


def test_only_the_newest_papers_wait_for_the_park(demo: list[str]) -> None:
    apart = EvidenceFile.objects.filter(verified_at=None, facts=None, incubator__code__in=JIANGYIN).order_by(
        "title"
    )
    assert list(apart.values_list("title", flat=True)) == [
        "示例运输单据 U-14",
        "示例里程碑证明 S-16",
        "示例里程碑证明 U-14",
        "示例里程碑证明 Z-20",
    ]


def test_every_payment_can_be_converted_with_a_dated_rate(demo: list[str]) -> None:
    payments = ProjectFact.objects.filter(kind="paid_in")
    assert set(payments.values_list("currency", flat=True)) == {"CNY", "SEK", "EUR"}
    assert all(rate_on(payment.on, currency=payment.currency) > 0 for payment in payments)
    assert set(ExchangeRate.objects.values_list("source", flat=True)) == {"示例汇率"}


def test_measures_are_verified_but_for_the_newest_months_and_the_listed_gaps(demo: list[str]) -> None:
    waiting = set(Observation.objects.filter(verified_at=None).values_list("period", flat=True))
    assert waiting == {"2026-07", "2026-08", "2026-09", "2026-10"}
    shenzhen = Observation.objects.filter(incubator__code="jy-shenzhen-incubator", period="2021-11")
    assert "satisfaction_percent" not in set(shenzhen.values_list("measure", flat=True))
    for code, months in (("jy-uppsala", 114), ("jy-zhangjiang", 78), ("jy-shenzhen-incubator", 67)):
        assert Observation.objects.filter(incubator__code=code, measure="budget_yuan").count() == months


def test_2021_has_landings_money_and_production_at_the_jiangyin_sites(demo: list[str]) -> None:
    year = (date(2021, 1, 1), date(2021, 12, 31))
    verified = ProjectFact.objects.verified().filter(on__range=year)
    landed = Counter(verified.filter(kind="registered").values_list("project__incubator__code", flat=True))
    paid = set(verified.filter(kind="paid_in").values_list("project__incubator__code", flat=True))
    assert landed == {"jy-uppsala": 2, "jy-zhangjiang": 5, "jy-shenzhen-incubator": 2}
    assert paid == set(JIANGYIN)
    assert verified.filter(kind="producing").count() == 2


# --- who sees what ---------------------------------------------------------------------------------------
def seen(username: str) -> Counter[str]:
    user = User.objects.get(username=username)
    return Counter(Project.objects.visible_to(user).values_list("incubator__code", flat=True))


def test_each_account_sees_only_its_own(demo: list[str]) -> None:
    jiangyin = {"jy-uppsala": 16, "jy-zhangjiang": 25, "jy-shenzhen-incubator": 19}
    wuxi = {"wxhtz-gba-centre": 4}
    assert {entry["username"]: seen(entry["username"]) for entry in entries("sample_people")} == {
        "op-zhangjiang": {"jy-zhangjiang": 25},
        "op-shenzhen": {"jy-shenzhen-incubator": 19},
        "op-uppsala": {"jy-uppsala": 16},
        "park-jiangyin": jiangyin,
        "park-wuxi": wuxi,
        "finance-jiangyin": jiangyin,
        "expert-1": {},
        "auditor": {**jiangyin, **wuxi},
        "api-client": jiangyin,
    }


def test_passwords_are_the_user_names_and_op_uppsala_reads_english(demo: list[str]) -> None:
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    assert all(user.check_password(name) for name, user in people.items())
    assert people["op-uppsala"].language == "en"
    assert not any(user.is_superuser or user.is_staff for user in people.values())


def test_nobody_verifies_at_wuxi_where_only_the_park_enters(demo: list[str]) -> None:
    facts = ProjectFact.objects.filter(project__incubator__code="wxhtz-gba-centre")
    assert facts.count() == 2
    assert not facts.verified().exists()


# --- papers --------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", TITLES)
def test_papers_are_small_readable_and_say_that_they_are_samples(kind: str) -> None:
    content = paper(kind, ["Project Z-01: Sample (cobot)", "Amount: CNY 1,000"])
    text = PdfReader(BytesIO(content), strict=True).pages[0].extract_text()
    assert "Project Z-01: Sample cobot" in text
    assert "nothing in it is valid" in text
    assert b"@1@" not in content
    assert len(content) < 20_000
    assert paper(kind, ["Project Z-02"]) != content
