"""Published facts: every entry arrives whole, once, and as it was printed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from accounts.models import User
from core import history
from core.models import HistoryEntry, HistoryHead
from evaluation.demo import figures, places, published
from evaluation.demo.facts import load_facts
from evaluation.demo.reading import BadData, entries, rejoined, without_stock_quotes
from evaluation.demo.storing import Layout
from incubators.enums import FigureKind
from incubators.models import (
    Agreement,
    Incubator,
    Organisation,
    Park,
    ReferenceProcess,
    ReportedFigure,
    Space,
)
from projects.models import Project, ReportedProject

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One load for the whole module; each test works in a savepoint of its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_facts(at=NOON)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def facts(_loaded: None, db: None) -> None:
    """The published facts are there."""


# --- nothing is lost -------------------------------------------------------------------------------
def test_every_entry_of_every_file_is_there(facts: None) -> None:
    of_kind = ReportedFigure.objects.filter
    assert {
        "parks": Park.objects.count(),
        "incubators": Incubator.objects.count(),
        "organisations": Organisation.objects.count(),
        "projects": ReportedProject.objects.count(),
        "agreements": Agreement.objects.count(),
        "processes": ReferenceProcess.objects.count(),
        "derived": of_kind(kind=FigureKind.DERIVED).count(),
        "target_tests": of_kind(kind=FigureKind.TARGET_TEST).count(),
        "consistency_checks": of_kind(kind=FigureKind.CONSISTENCY).count(),
    } == {
        "parks": 31,
        "incubators": 34,
        "organisations": 84,
        "projects": 28,
        "agreements": 22,
        "processes": 14,
        "derived": 65,
        "target_tests": 13,
        "consistency_checks": 37,
    }


def test_indicators_are_there_and_only_two_key_figures_of_sites_stand_beside_them(facts: None) -> None:
    codes = set(ReportedFigure.objects.filter(kind=FigureKind.FIGURE).values_list("code", flat=True))
    indicators = {entry["id"] for entry in entries("indicators", "indicators")}
    assert len(indicators) == 142
    assert codes - indicators == {"v2x-town-v2x_projects_started", "v2x-town-companies_in_move_in_ceremony"}
    assert indicators - codes == set()


def kept(record: Model, layout: Layout, key: str) -> Any:
    """What a record holds for a key of its entry."""
    if key in layout.columns:
        return getattr(record, layout.columns[key])
    if layout.folded and key in layout.folded:
        return getattr(record, layout.folded[key])[key]
    return record.details[key]  # type: ignore[attr-defined]


def same(value: Any, stored: Any) -> bool:
    if value is None:
        return stored in (None, "")
    return str(stored) == str(value) or stored == value


@pytest.mark.parametrize(
    ("model", "layout", "name"),
    [
        (Park, places.PARKS, "parks"),
        (Organisation, places.ORGANISATIONS, "organisations"),
        (Incubator, places.INCUBATORS, "incubators"),
        (ReportedProject, published.PROJECTS, "projects"),
        (Agreement, published.AGREEMENTS, "agreements"),
        (ReferenceProcess, published.PROCESSES, "processes"),
    ],
)
def test_every_key_of_every_entry_is_kept(facts: None, model: Any, layout: Layout, name: str) -> None:
    records = {record.code: record for record in model.objects.all()}
    lost = [
        (entry["id"], key, value, stored)
        for entry in entries(name)
        for key, value in entry.items()
        if key not in layout.own
        if not same_number_or_text(value, stored := kept(records[entry["id"]], layout, key))
    ]
    assert lost == []


def same_number_or_text(value: Any, stored: Any) -> bool:
    if isinstance(stored, Decimal):
        return stored == Decimal(str(value))
    return same(value, stored)


@pytest.mark.parametrize(
    ("section", "layout"),
    [
        ("indicators", figures.FIGURES),
        ("derived", figures.DERIVED),
        ("target_tests", figures.OTHERS),
    ],
)
def test_every_key_of_every_figure_is_kept(facts: None, section: str, layout: Layout) -> None:
    records = {record.code: record for record in ReportedFigure.objects.all()}
    lost = [
        (entry["id"], key, value)
        for entry in entries("indicators", section)
        for key, value in entry.items()
        if key not in layout.own and not same(value, kept(records[entry["id"]], layout, key))
    ]
    assert lost == []


def test_values_of_indicators_are_kept_as_number_or_as_printed_text(facts: None) -> None:
    records = {record.code: record for record in ReportedFigure.objects.all()}
    lost = [
        entry["id"]
        for entry in entries("indicators", "indicators")
        if entry["value"] is not None
        and records[entry["id"]].value != Decimal(str(entry["value"]))
        and records[entry["id"]].value_text != str(entry["value"])
    ]
    assert lost == []


def test_findings_and_treatment_of_contradictions_are_kept(facts: None) -> None:
    records = {record.code: record for record in ReportedFigure.objects.all()}
    for entry in entries("indicators", "consistency_checks"):
        record = records[entry["id"]]
        assert (record.name_en, record.note, record.value_text) == (
            entry["finding"],
            entry["treat"],
            entry["verdict"],
        )
        assert record.details["severity"] == entry["severity"]


def test_links_of_entries_are_kept(facts: None) -> None:
    for entry in entries("incubators"):
        record = Incubator.objects.select_related("park").get(code=entry["id"])
        assert (record.park.code if record.park else None) == entry.get("sponsor_park")
    for entry in entries("projects"):
        project = ReportedProject.objects.select_related("park", "incubator").get(code=entry["id"])
        assert (project.park.code if project.park else None) == entry["destination"]
        assert (project.incubator.code if project.incubator else None) == entry["incubator"]
        assert sorted(row.code for row in project.candidates.all()) == sorted(
            entry.get("incubator_candidates", [])
        )
        assert (project.sector_zh, project.sector_en) == (
            (entry["sector"]["zh"], entry["sector"]["en"]) if entry["sector"] else ("", "")
        )


# --- what the newspaper printed -----------------------------------------------------------------------
def printed(code: str) -> dict[str, tuple[Decimal | None, str, str]]:
    rows = ReportedFigure.objects.filter(incubator__code=code, kind=FigureKind.FIGURE)
    return {row.name_zh: (row.value, row.as_of, row.status) for row in rows}


def test_zhangjiang_shows_11_landed_and_3_shortlisted_as_reported_in_may_2021(facts: None) -> None:
    assert printed("jy-zhangjiang") == {
        "落户科技人才项目": (Decimal(11), "2021-05", "reported"),
        "入围暨阳英才": (Decimal(3), "2021-05", "reported"),
    }


def test_uppsala_shows_200_square_metres_10_returned_6_drugs_and_6_applications(facts: None) -> None:
    assert printed("jy-uppsala") == {
        "实验室面积": (Decimal(200), "2021-05", "reported"),
        "回流高端项目": (Decimal(10), "2021-05", "reported"),
        "药品项目": (Decimal(6), "2021-05", "reported"),
        "国际发明专利申请": (Decimal(6), "2021-05", "reported"),
    }
    site = Incubator.objects.get(code="jy-uppsala")
    assert (site.area_m2, site.time_zone) == (Decimal(200), "Europe/Stockholm")
    laboratory = Space.objects.get(incubator=site)
    assert (laboratory.area_m2, laboratory.kind, laboratory.is_demonstration) == (
        Decimal(200),
        "laboratory",
        False,
    )


def test_the_two_shenzhen_sites_are_never_merged_or_added(facts: None) -> None:
    assert printed("jy-shenzhen-incubator")["揭牌签约项目"] == (Decimal(14), "2021-05", "reported")
    assert printed("jy-shenzhen-centre") == {"落户江阴高新区项目": (Decimal(9), "2023-03", "reported")}
    centre = Incubator.objects.get(code="jy-shenzhen-centre")
    assert centre.predecessor is None
    assert centre.details["possible_predecessor"] == "jy-shenzhen-incubator"
    assert centre.predecessor_note.startswith("Not stated in any source")
    assert not ReportedFigure.objects.filter(value=23, entity_code__startswith="jy").exists()


def test_operators_are_linked_where_the_sources_name_them(facts: None) -> None:
    operated = Incubator.objects.filter(operator__isnull=False).values_list("code", "operator__code")
    assert dict(operated) == {
        "jy-uppsala": "sino-swedish-centre",
        "jy-zhangjiang": "techcode",
        "jy-shenzhen-incubator": "tianan-cyber",
    }


def test_the_wrong_average_18_is_a_claim_and_27_is_computed(facts: None) -> None:
    claim = ReportedFigure.objects.get(code="xy-hnte-net")
    assert (claim.value, claim.value_text, claim.details["flag"]) == (None, "18", "see check chk-xy-net")
    assert ReportedFigure.objects.get(code="d-xy-net").value == Decimal("27")
    counts = ReportedFigure.objects.filter(code__startswith="xy-hnte-20").order_by("code")
    assert list(counts.values_list("value", flat=True)) == [Decimal(227), Decimal(252), Decimal(281)]


def test_a_sum_across_stages_is_no_value(facts: None) -> None:
    mixed = ReportedFigure.objects.get(code="d-jy-named")
    assert (mixed.value, mixed.value_text) == (None, "14+11")


def test_derived_values_equal_what_the_file_expects(facts: None) -> None:
    for entry in entries("indicators", "derived"):
        if "warning" not in entry:
            assert ReportedFigure.objects.get(code=entry["id"]).value == Decimal(entry["expected"])


def test_qualifiers_stay_with_their_figures(facts: None) -> None:
    entries_above = ReportedFigure.objects.get(code="jy-contest-entries")
    assert (entries_above.value, entries_above.qualifier) == (Decimal(40), "above")


def test_no_name_holds_a_share_price(facts: None) -> None:
    for model in (Organisation, Incubator, ReportedProject, Agreement):
        for name_zh, name_en in model.objects.values_list("name_zh", "name_en"):
            assert without_stock_quotes(name_zh) == name_zh
            assert without_stock_quotes(name_en) == name_en


def test_the_press_never_becomes_a_tracked_project(facts: None) -> None:
    assert Project.objects.count() == 0
    assert set(ReportedProject.objects.values_list("status", flat=True)) == {"reported"}


def test_parents_follow_the_printed_cities(facts: None) -> None:
    tree = dict(Park.objects.filter(parent__isnull=False).values_list("code", "parent__code"))
    assert tree["jiangyin-htz"] == "jiangyin-city"
    assert tree["jiangyin-city"] == "wuxi-city"
    assert tree["wuxi-htz"] == "wuxi-city"
    assert "wuxi-city" not in tree


# --- again, and again ----------------------------------------------------------------------------------
def everything() -> Mapping[str, list[Any]]:
    models = (
        Park, Incubator, Organisation, ReportedProject, Agreement, ReferenceProcess, ReportedFigure, Space,
        HistoryHead, HistoryEntry,
    )  # fmt: skip
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


def test_a_second_load_changes_nothing(facts: None) -> None:
    before = everything()
    sections = load_facts(at=LATER)
    assert [section.name for section in sections if section.touched] == []
    assert everything() == before


def test_a_record_that_was_changed_by_hand_is_brought_back_with_history(facts: None) -> None:
    ReportedFigure.objects.filter(code="jyzj-landed").update(value=Decimal(12))
    load_facts(at=LATER)
    assert ReportedFigure.objects.get(code="jyzj-landed").value == Decimal(11)
    entry = HistoryEntry.objects.filter(chain="published").latest("sequence")
    assert (entry.action, entry.changes) == ("published.corrected", {"value": ["12.000000", "11"]})


def test_the_history_holds(facts: None) -> None:
    assert list(history.verify()) == []


def test_figures_of_a_site_are_hidden_from_the_operator_of_another(facts: None) -> None:
    stranger = User.objects.create_user("alice")
    codes = set(ReportedFigure.objects.visible_to(stranger).values_list("code", flat=True))
    assert "jyzj-landed" not in codes
    assert "xy-hnte-2018" in codes


# --- reading -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("printed_name", "name"),
    [
        ("大族机器人（77.920, 2.22, 2.93%）", "大族机器人"),
        ("示例(11.180, 0.06, 0.54%)有限公司", "示例有限公司"),
        ("天安数码城（集团）有限公司", "天安数码城（集团）有限公司"),
        ("示例（2025）", "示例（2025）"),
    ],
)
def test_share_prices_leave_a_name_and_other_brackets_stay(printed_name: str, name: str) -> None:
    assert without_stock_quotes(printed_name) == name


def test_a_text_cut_at_its_comma_is_whole_again() -> None:
    assert rejoined({"en": "rough", "both are bounds)": None, "level": None}) == {
        "en": "rough, both are bounds)",
        "level": None,
    }


def test_arithmetic_is_exact_and_nothing_else_is_run() -> None:
    assert figures.calculate("65.37+47.2+13.5") == Decimal("126.07")
    with pytest.raises(BadData, match="no arithmetic"):
        figures.calculate("__import__('os')")
