"""Many cases in one go: a panel is invited, signed sheets are entered, results concluded and confirmed."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from reviews import services
from reviews.models import Assignment, Case, Expert, ReviewRound, Score
from reviews.selectors import result_of
from reviews.services import Conclusion, NewCase, PaperMarks
from reviews.signals import result_final
from tests import factories
from tests.factories import NOW
from tests.reviews.cases import accept, make_expert, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol(park: Park) -> User:
    """A second administrator of Bob's park."""
    return factories.make_park_admin(park, "carol")


@pytest.fixture
def round(bob: User, park: Park) -> ReviewRound:
    return make_round(bob, park)


@pytest.fixture
def panel(bob: User, park: Park) -> list[Expert]:
    return [make_expert(bob, park, "grace", at_once=10), make_expert(bob, park, "henry", at_once=10)]


@pytest.fixture
def scan(bob: User, zhangjiang: Incubator) -> EvidenceFile:
    return factories.make_evidence(bob, zhangjiang)


def put(bob: User, round: ReviewRound, *titles: str, **values: Any) -> list[Case]:
    items = [NewCase("entry", place, title, **values) for place, title in enumerate(titles, start=1)]
    return services.add_cases(round=round, items=items, actor=bob, at=NOW)


def sheets(cases: list[Case], panel: list[Expert], first: int, second: int) -> list[PaperMarks]:
    return [
        PaperMarks(case.number, expert.pk, {1: Decimal(first), 2: Decimal(second)})
        for case in cases
        for expert in panel
    ]


def test_many_cases_are_numbered_in_order_and_found(bob: User, round: ReviewRound) -> None:
    cases = put(bob, round, "示例甲", "示例乙")
    assert [(case.number, case.title) for case in cases] == [(1, "示例甲"), (2, "示例乙")]
    assert Case.objects.get(search_text__contains="示例乙") == cases[1]
    (third,) = services.add_cases(round=round, items=[NewCase("entry", 9, "示例丙")], actor=bob, at=NOW)
    assert third.number == 3
    assert HistoryEntry.objects.filter(action="reviewcase.added").count() == 3


def test_all_cases_or_none(alice: User, bob: User, round: ReviewRound) -> None:
    put(bob, round, "示例甲")
    with pytest.raises((Invalid, Conflict)):
        services.add_cases(
            round=round,
            items=[NewCase("entry", 2, "示例乙"), NewCase("entry", 1, "示例甲")],
            actor=bob,
            at=NOW,
        )
    with pytest.raises(Invalid):
        services.add_cases(round=round, items=[NewCase("entry", 3, "  ")], actor=bob, at=NOW)
    assert round.cases.count() == 1
    with pytest.raises(Refused):
        services.add_cases(round=round, items=[NewCase("entry", 4, "示例丁")], actor=alice, at=NOW)


def test_a_panel_gets_every_case_but_for_conflicts_and_limits(
    bob: User, park: Park, round: ReviewRound, panel: list[Expert]
) -> None:
    panel.append(make_expert(bob, park, "iris", at_once=1))
    items = [NewCase("entry", 1, "示例甲"), NewCase("entry", 2, "示例乙", applicant="grace大学")]
    services.add_cases(round=round, items=items, actor=bob, at=NOW)
    found = services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    assert sorted((one.case.number, one.expert.name_zh) for one in found.invited) == [
        (1, "专家grace"), (1, "专家henry"), (1, "专家iris"), (2, "专家henry"),
    ]  # fmt: skip
    assert sorted((one.expert.name_zh, one.reasons[0]["code"]) for one in found.barred) == [
        ("专家grace", "conflict"), ("专家iris", "full_now"),
    ]  # fmt: skip
    told = Notice.objects.filter(kind="review").values_list("user__username", flat=True)
    assert sorted(told) == ["grace", "henry", "iris"]
    again = services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    assert again.invited == []


def test_a_panel_of_whom_one_has_no_agreement_is_refused(
    bob: User, park: Park, round: ReviewRound, panel: list[Expert]
) -> None:
    put(bob, round, "示例甲")
    former = make_expert(bob, park, "jack", agreement_until="2021-02-01")
    with pytest.raises(Invalid) as refused:
        services.assign_panel(round=round, experts=[*panel, former], actor=bob, at=NOW)
    assert (refused.value.fields[0].code, "专家jack" in str(refused.value)) == ("unavailable", True)
    with pytest.raises(Invalid):
        services.assign_panel(round=round, experts=[], actor=bob, at=NOW)
    assert Assignment.objects.count() == 0


def test_signed_sheets_become_marks(
    bob: User, round: ReviewRound, panel: list[Expert], scan: EvidenceFile
) -> None:
    cases = put(bob, round, "示例甲", "示例乙")
    services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    given = [*sheets(cases[:1], panel, 50, 30), *sheets(cases[1:], panel, 40, 20)]
    scores = services.enter_marks(round=round, sheets=given, scan=scan, actor=bob, at=NOW)
    assert {(score.mark, score.scan, score.submitted_by) for score in scores} == {
        (Decimal(80), scan, bob), (Decimal(60), scan, bob),
    }  # fmt: skip
    assert [result_of(case).mark for case in cases] == [Decimal("80.00"), Decimal("60.00")]
    assert set(Assignment.objects.values_list("state", flat=True)) == {"submitted"}
    entry = HistoryEntry.objects.filter(action="score.entered").order_by("pk").first()
    assert entry is not None
    assert entry.changes["scan"] == [None, scan.sha256]


def test_every_wrong_sheet_is_named_and_none_is_kept(
    bob: User, round: ReviewRound, panel: list[Expert], scan: EvidenceFile
) -> None:
    cases = put(bob, round, "示例甲", "示例乙")
    services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    grace, henry = panel
    given = [
        PaperMarks(1, grace.pk, {1: 50, 2: 30}),
        PaperMarks(1, henry.pk, {1: 61, 2: 30}),
        PaperMarks(2, henry.pk, {1: 10}),
        PaperMarks(7, henry.pk, {1: 10, 2: 10}),
        PaperMarks(1, grace.pk, {1: 50, 2: 30}),
    ]
    with pytest.raises(Invalid) as refused:
        services.enter_marks(round=round, sheets=given, scan=scan, actor=bob, at=NOW)
    assert [(error.field, error.code) for error in refused.value.fields] == [
        (f"sheets.1.{henry.pk}", "points"), (f"sheets.2.{henry.pk}", "points"),
        (f"sheets.7.{henry.pk}", "not_open"), ("sheets", "twice"),
    ]  # fmt: skip
    assert Score.objects.count() == 0
    assert cases[0].assignments.filter(state="invited").count() == 2


def test_a_sheet_of_somebody_with_a_conflict_is_set_aside(
    bob: User, park: Park, round: ReviewRound, panel: list[Expert], scan: EvidenceFile
) -> None:
    cases = put(bob, round, "示例甲")
    services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    services.save_expert(expert=panel[0], park=park, values={"employer": "示例公司"}, actor=bob, at=NOW)
    Case.objects.filter(pk=cases[0].pk).update(applicant="示例公司")
    scores = services.enter_marks(
        round=round, sheets=sheets(cases, panel, 50, 30), scan=scan, actor=bob, at=NOW
    )
    assert [score.assignment.expert for score in scores] == [panel[1]]
    assert Assignment.objects.get(expert=panel[0]).state == "recused"


def test_nobody_enters_his_own_marks_from_paper(
    bob: User, park: Park, round: ReviewRound, scan: EvidenceFile
) -> None:
    own = make_expert(bob, park, "kate", account=False, user=bob)
    cases = put(bob, round, "示例甲")
    services.assign_panel(round=round, experts=[own], actor=bob, at=NOW)
    with pytest.raises(Invalid) as refused:
        services.enter_marks(round=round, sheets=sheets(cases, [own], 5, 5), scan=scan, actor=bob, at=NOW)
    assert refused.value.fields[0].code == "own_marks"


def test_the_signed_sheets_stay_with_the_marks(
    bob: User, round: ReviewRound, panel: list[Expert], scan: EvidenceFile
) -> None:
    cases = put(bob, round, "示例甲")
    services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    services.enter_marks(round=round, sheets=sheets(cases, panel, 1, 1), scan=scan, actor=bob, at=NOW)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Score.objects.update(scan=None)
    assert "reviews_scores_never_change" in str(refused.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


def test_results_in_one_go_need_a_reason_and_a_second_person(
    bob: User, carol: User, round: ReviewRound, panel: list[Expert], scan: EvidenceFile
) -> None:
    cases = put(bob, round, "示例甲", "示例乙")
    services.assign_panel(round=round, experts=panel, actor=bob, at=NOW)
    services.enter_marks(round=round, sheets=sheets(cases, panel, 50, 30), scan=scan, actor=bob, at=NOW)
    with pytest.raises(Invalid):
        services.set_results(
            round=round, conclusions=[Conclusion(cases[0].pk, "recommended", " ")], actor=bob, at=NOW
        )
    given = [
        Conclusion(cases[0].pk, "recommended", "80 分"),
        Conclusion(cases[1].pk, "not_recommended", "弱"),
    ]
    services.set_results(round=round, conclusions=given, actor=bob, at=NOW)
    ids = [case.pk for case in cases]
    with pytest.raises(Refused):
        services.confirm_results(round=round, case_ids=ids, actor=bob, at=NOW)
    heard: list[int] = []

    def hear(case: Case, **more: Any) -> None:
        heard.append(case.pk)

    result_final.connect(hear)
    try:
        services.confirm_results(round=round, case_ids=ids, actor=carol, at=NOW)
    finally:
        result_final.disconnect(hear)
    assert heard == ids
    assert [case.is_final for case in Case.objects.filter(pk__in=ids).select_related("round")] == [True, True]
    with pytest.raises(Conflict):
        services.confirm_results(round=round, case_ids=ids, actor=carol, at=NOW)


def test_a_result_waits_for_an_expert_who_still_reads(
    bob: User, round: ReviewRound, panel: list[Expert]
) -> None:
    (case,) = put(bob, round, "示例甲")
    found = services.assign_panel(round=round, experts=panel[:1], actor=bob, at=NOW)
    accept(found.invited[0])
    with pytest.raises(Conflict) as refused:
        services.set_results(
            round=round, conclusions=[Conclusion(case.pk, "recommended", "好")], actor=bob, at=NOW
        )
    assert refused.value.code == "still_reviewing"
    with pytest.raises(Invalid):
        services.set_results(round=round, conclusions=[], actor=bob, at=NOW)
