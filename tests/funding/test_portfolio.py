"""Portfolio runs: ranking, cut-off, budget, what-if side by side; the same row by row; nothing else kept."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from core.errors import Invalid, Refused
from core.models import HistoryEntry, HistoryHead
from enterprises import demo as enterprises_demo
from enterprises.models import Enterprise
from evaluation.demo.facts import load_facts
from evaluation.demo.people import load_people
from evaluation.demo.samples import load_samples
from funding import services
from funding.calculator import Cut, Ties, read_terms
from funding.facts import facts_for, known_of
from funding.importers import load_register
from funding.models import Policy, PolicyVersion, PortfolioRun
from funding.report.portfolio import Rules, compute, row_by_row
from funding.services import portfolio
from funding.services.portfolio import run_checksum
from incubators.models import Incubator, Park
from tests.api import Api
from tests.factories import NOW, make_user
from tests.funding.applicants import DAY, make_firm, offer, rd_policy
from tests.funding.cast import TERMS

pytestmark = pytest.mark.django_db

RD = {**TERMS, "conditions": TERMS["conditions"][1:], "facts": TERMS["facts"][1:]}
CASES = [{"rd_yuan": value} for value in (6_000_000, 4_000_000, 4_000_000, 2_000_000, 900_000)] + [{}]


def standings(rules: Rules) -> list[tuple[Any, str, int]]:
    return [
        (line.place, line.standing, line.granted_fen // 100) for line in compute(read_terms(RD), CASES, rules)
    ]


def test_ties_across_the_last_place_follow_the_rule() -> None:
    first, left_out = (1, "in", 500_000), [(None, "", 0), (None, "", 0)]
    four = (4, "out", 0)
    assert standings(Rules(places=2, ties=Ties.DECIDE)) == [
        first, (2, "tied", 0), (2, "tied", 0), four, *left_out]  # fmt: skip
    assert standings(Rules(places=2, ties=Ties.ALL_IN)) == [
        first, (2, "in", 400_000), (2, "in", 400_000), four, *left_out]  # fmt: skip
    assert standings(Rules(places=2, ties=Ties.ALL_OUT)) == [
        first, (2, "out", 0), (2, "out", 0), four, *left_out]  # fmt: skip


def test_a_budget_ends_by_its_rule() -> None:
    fen = 150_000_000
    assert [one[2] for one in standings(Rules(budget_fen=fen))] == [500_000, 400_000, 400_000, 200_000, 0, 0]
    part = standings(Rules(budget_fen=fen - 10_000_000, cut=Cut.PART))
    assert part[3] == (4, "in", 100_000)
    assert standings(Rules(budget_fen=fen - 10_000_000))[3] == (4, "out", 0)


def test_a_ranking_of_the_terms_is_found_from_everybody(alice: User) -> None:
    load_register(at=NOW)
    version = PolicyVersion.objects.get(policy__code="QD-RDI")
    fixed = {"above_designated_size": True, "expense_verified": True, "prior_yuan": 0, "applied_rate": "0.20"}
    cases = [{**fixed, "current_yuan": 1_000_000 + number} for number in range(201)]
    lines = compute(version.compiled(), cases, Rules(rank_by="current_yuan"))
    assert (lines[0].place, lines[0].standing, lines[200].place) == (201, "out", 1)
    assert sum(line.standing == "in" for line in lines) == 200


def test_columns_answer_as_rows_do_on_the_demonstration_enterprises() -> None:
    load_facts(at=NOW)
    load_people()
    load_samples(at=NOW)
    enterprises_demo.load(at=NOW)
    load_register(at=NOW)
    firms = list(Enterprise.objects.select_related("incubator"))
    assert firms
    known = known_of(firms, day=NOW.date())
    for version in PolicyVersion.objects.filter(state="published").select_related("policy"):
        terms = version.compiled()
        if terms.outcome in ("none", "exposure", "compliance"):
            continue
        cases = [
            {key: one.value for key, one in facts_for(item, terms, policy_id=version.policy_id).items()}
            for item in known.values()
        ]
        by_rows = compute(terms, cases, Rules(), answers=row_by_row)
        assert compute(terms, cases, Rules()) == by_rows, version.policy.code


@pytest.fixture
def policy(park: Park, bob: User) -> Policy:
    return rd_policy(park, bob)


@pytest.fixture
def firms(alice: User, bob: User, zhangjiang: Incubator) -> list[Enterprise]:
    return [make_firm(alice, zhangjiang, bob, rd=rd) for rd in (6_000_000, 4_500_000, 2_000_000, 500_000)]


def run(park: Park, policy: Policy, bob: User, **values: Any) -> PortfolioRun:
    given = {"name": "示例测算", "as_of": DAY, **values}
    return services.start_run(park=park, version=policy.versions.get(), actor=bob, at=NOW, **given)


def test_a_lower_cap_shows_who_loses_how_much(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise]
) -> None:
    done = run(park, policy, bob, overrides={"amount.at": 400_000})
    assert done.totals["compared"] == {
        "difference_fen": -15_000_000,
        "winners": 0,
        "losers": 2,
        "gained_fen": 0,
        "lost_fen": 15_000_000,
        "new": 0,
        "dropped": 0,
    }
    pairs = [
        (one["granted_fen"] // 100, other["granted_fen"] // 100)
        for one, other in zip(done.result["base"], done.result["variant"], strict=True)
    ]
    assert pairs == [(500_000, 400_000), (450_000, 400_000), (200_000, 200_000), (0, 0)]


def test_changed_facts_of_one_enterprise(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise]
) -> None:
    done = run(park, policy, bob, changed={str(firms[3].pk): {"rd_yuan": 1_000_000}})
    assert (done.totals["compared"]["new"], done.totals["compared"]["gained_fen"]) == (1, 10_000_000)


def test_a_run_writes_nothing_but_itself_and_its_history(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise]
) -> None:
    def counts() -> dict[str, int]:
        return {
            model._meta.label: model._base_manager.count()
            for model in apps.get_models()
            if model not in (PortfolioRun, HistoryEntry, HistoryHead)
        }

    before, terms = counts(), policy.versions.get().terms
    run(park, policy, bob, overrides={"amount.at": 400_000}, changed={str(firms[0].pk): {"rd_yuan": 1}})
    assert (counts(), policy.versions.get().terms) == (before, terms)


def test_frozen_inputs_give_the_same_result_again(
    park: Park, policy: Policy, bob: User, alice: User, firms: list[Enterprise], zhangjiang: Incubator
) -> None:
    done = run(park, policy, bob, overrides={"amount.at": 400_000})
    make_firm(alice, zhangjiang, bob, rd=9_000_000)
    kept = PortfolioRun.objects.get(pk=done.pk)
    base, variant = services.portfolio.computed(kept, kept.inputs)
    assert [line.as_data() for line in base] == kept.result["base"]
    assert [line.as_data() for line in variant or []] == kept.result["variant"]
    assert run_checksum(kept) == kept.sha256


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"overrides": {"amount.of": 1}}, "overrides.amount.of"),
        ({"overrides": {"places": -1}}, "overrides.places"),
        ({"rank_by": "nothing"}, "rank_by"),
        ({"changed": {"0": {}}}, "changed.0"),
        ({"filters": {"colour": "red"}}, "filters.colour"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    park: Park, policy: Policy, bob: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        run(park, policy, bob, **values)
    assert [one.field for one in refusal.value.fields] == [field]
    assert PortfolioRun.objects.count() == 0


def test_many_applicants_go_to_the_worker(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funding.services.portfolio.AT_ONCE", 1)
    waiting = run(park, policy, bob)
    assert waiting.state == "waiting"
    done = services.compute_run(run_id=waiting.pk, clock=lambda: NOW)
    assert (done.state, done.progress, done.totals["base"]["granted"]) == ("done", 100, 3)
    assert services.compute_run(run_id=waiting.pk, clock=lambda: NOW).sha256 == done.sha256


def test_a_run_tells_how_far_it_is_and_is_sent_again_after_a_stop(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr(
        "funding.services.portfolio.current_app.send_task",
        lambda name, kwargs: sent.append(kwargs["run_id"]),
    )
    monkeypatch.setattr("funding.services.portfolio.AT_ONCE", 1)
    monkeypatch.setattr("funding.services.portfolio.CHUNK", 1)
    waiting = run(park, policy, bob)
    seen: list[int] = []

    def killed(*args: Any, **kwargs: Any) -> Any:
        seen.append(PortfolioRun.objects.get(pk=waiting.pk).progress)
        if len(seen) == len(firms):
            raise SystemExit
        return known(*args, **kwargs)

    known = portfolio.known_of
    monkeypatch.setattr(portfolio, "known_of", killed)
    with pytest.raises(SystemExit):
        services.compute_run(run_id=waiting.pk, clock=lambda: NOW)
    assert seen == [place * 95 // len(firms) for place in range(len(firms))]
    assert PortfolioRun.objects.get(pk=waiting.pk).state == "running"
    assert services.resume_runs(at=NOW) == 0
    assert services.resume_runs(at=NOW + timedelta(minutes=1)) == 1
    assert sent == [waiting.pk]
    monkeypatch.setattr(portfolio, "known_of", known)
    assert services.compute_run(run_id=waiting.pk, clock=lambda: NOW).state == "done"
    assert services.resume_runs(at=NOW + timedelta(minutes=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_run_is_left_to_the_worker_that_computes_it(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funding.services.portfolio.AT_ONCE", 1)
    monkeypatch.setattr("funding.services.portfolio.current_app.send_task", lambda name, kwargs: None)
    waiting = run(park, policy, bob)
    computed: list[str] = []

    def compute() -> object:
        done = services.compute_run(run_id=waiting.pk, clock=lambda: NOW)
        computed.append(done.state)
        return done

    both = threading.Barrier(2, timeout=20)
    known = portfolio.known_of

    def slow(*args: Any, **kwargs: Any) -> Any:
        threading.Thread(target=lambda: (compute(), connection.close(), both.wait())).start()
        both.wait()
        return known(*args, **kwargs)

    monkeypatch.setattr(portfolio, "known_of", slow)
    compute()
    assert computed == ["running", "done"]


def test_who_may_compute_and_who_may_read(
    park: Park, policy: Policy, bob: User, alice: User, dora: User, erik: User, firms: list[Enterprise]
) -> None:
    fiona = make_user("fiona", "finance", park=park)
    done = run(park, policy, fiona)
    with pytest.raises(Refused):
        run(park, policy, alice)
    url = reverse("portfolio-detail", args=[done.pk])
    seen = {}
    for user in (alice, bob, dora, erik, fiona):
        client = Client()
        client.force_login(user)
        seen[user.username] = (
            client.get(url).status_code,
            client.get(reverse("portfolio-list")).status_code,
            client.get(reverse("portfolio-new")).status_code,
        )
    assert seen == {
        "alice": (404, 403, 403),
        "bob": (200, 200, 200),
        "dora": (200, 200, 403),
        "erik": (404, 200, 200),
        "fiona": (200, 200, 200),
    }


def test_a_what_if_by_page_and_its_excel_file(
    park: Park, policy: Policy, bob: User, firms: list[Enterprise]
) -> None:
    client = Client()
    client.force_login(bob)
    version = policy.versions.get()
    Enterprise.objects.update(name_zh="=1+1", name_en="=1+1")
    where = {"park": park.pk, "version": version.pk, "as_of": "2021-06-01"}
    page = client.get(reverse("portfolio-new"), where)
    assert page.status_code == 200
    form = page.context["form"]
    cap = next(name for name, (path, _kind) in form.paths.items() if path == "amount.at")
    made = client.post(reverse("portfolio-new"), {**where, "name": "Cap of 400,000", cap: "40万"})
    assert made.status_code == 302, made.content.decode()
    done = PortfolioRun.objects.get()
    assert done.overrides == {"amount.at": 400_000}
    text = client.get(made.headers["Location"]).content.decode()
    assert "400,000" in text
    for show in ("losers", "winners", "open", "all"):
        assert client.get(made.headers["Location"], {"show": show}).status_code == 200
    file = client.get(reverse("portfolio-export", args=[done.pk]))
    sheet = load_workbook(io.BytesIO(file.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][4:7:2] == [500_000, 400_000]
    assert sheet["B2"].value == "'=1+1"


def test_portfolios_over_rest(
    park: Park, policy: Policy, bob: User, alice: User, firms: list[Enterprise]
) -> None:
    api = Api(bob)
    sent = {
        "park": park.code,
        "version": policy.versions.get().pk,
        "as_of": "2021-06-01",
        "name": "x",
        "overrides": {"amount.at": 400_000},
    }
    made = api.post("portfolio-runs/", sent)
    assert made.status_code == 201, made.content
    where = made.headers["Location"].removeprefix("/api/v1/")
    assert api.get(where).json()["totals"]["compared"]["losers"] == 2
    assert api.get(f"{where}export/").status_code == 200
    assert Api(alice).post("portfolio-runs/", sent).status_code == 403
    assert Api(alice).get(where).status_code == 404
    assert [row["name"] for row in api.get("portfolio-runs/").json()["results"]] == ["x"]


def test_places_and_budget_of_the_version_may_be_changed_too(
    park: Park, bob: User, firms: list[Enterprise]
) -> None:
    version = offer(
        park, bob, "JY-TWO", RD, places=2, budget_yuan=700_000, tie_rule="decide", cut_rule="part"
    )
    done = run(park, version.policy, bob, overrides={"places": 3, "budget_yuan": 2_000_000})
    assert (done.totals["base"]["cost_fen"], done.totals["variant"]["cost_fen"]) == (70_000_000, 115_000_000)
