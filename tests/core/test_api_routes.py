"""Every address of the API, walked: what refusals say, what the scopes of a token let through, how often
lists ask.

Who is let in where is the matter of ``tests/permissions``, for every address as every role. Here those that
are named in ``records`` are asked once more for the words of their refusals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from accounts.models import User
from accounts.services import issue_token
from config import api_urls
from incubators.models import (
    Agreement,
    Incubator,
    IncubatorRecognition,
    OperatorContract,
    Organisation,
    ReferenceProcess,
    ReportedFigure,
    Space,
)
from projects import services
from projects.models import ReportedProject
from tests import factories
from tests.api import Api, is_problem

OPEN = {"schema/", "docs/", "auth/token/"}
#: Published names and vocabulary: open to everyone who is signed in.
KNOWN_TO_ALL = (
    "parks/",
    "exchange-rates/",
    "organisations/",
    "agreements/",
    "processes/",
    "sectors/",
    "indicators/",
    "schemes/",
    "import-sheets/",
    "ticket-types/",
    "gate-tables/",
    "checklist-templates/",
    "public-notices/",
    "policies/",
    "policy-versions/",
    "contests/",
    "contest-divisions/",
    "contest-rounds/",
    "challenges/",
    "programmes/",
    # What a park offers is known to everyone who works there, and what the press reports to all.
    "funds/",
    "bank-products/",
    "credit-lists/",
    "risk-pools/",
)
#: Single answers, files and vocabulary: no list of records.
NOT_A_LIST = (
    "me/",
    "history-heads/",
    "measures/",
    "completeness/",
    "incubators/",
    "returns/file/",
    "return-lines/",
    "leads/funnel/",
    "mentors/",
    "policy-questions/",
    "matchmaking/events/",
)
#: Pages and gates that gather several reads; each in a fixed number of its own.
ASKS_MORE = (
    "import-sheets/",
    "completeness/",
    "evaluation-runs/<id:pk>/",
    "due-items/",
    "waiting-items/",
    "returns/",
)
#: A question sent as POST that writes nothing: whoever reads may ask.
ASKED = "/evaluate/"
#: Writes that belong to the person who asks, whatever his role.
OWN = ("tokens/", "notices/")


@dataclass(frozen=True)
class Route:
    path: str
    methods: tuple[str, ...]

    @property
    def is_detail(self) -> bool:
        return "<" in self.path


def walk(patterns: list[Any], prefix: str = "") -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and not str(pattern.pattern).startswith("^"):
            view = pattern.callback
            actions = getattr(view, "actions", None)
            methods = tuple(actions) if actions else tuple(m for m in ("get", "post") if hasattr(view.cls, m))
            yield Route(prefix + str(pattern.pattern), methods)


ROUTES = [route for route in walk(api_urls.urlpatterns) if route.path not in OPEN]


def test_the_walk_finds_the_addresses() -> None:
    assert {"projects/", "projects/<id:pk>/moves/", "report-runs/<id:pk>/file/", "me/"} <= {
        route.path for route in ROUTES
    }


@pytest.fixture
def records(alice: User, bob: User, zhangjiang: Incubator) -> dict[str, Any]:
    """One record of Zhangjiang behind every kind of address."""
    from evaluation.models import Observation
    from evaluation.services import request_report

    at = timezone.now()
    operator = Organisation.objects.create(code="org", name_zh="示例机构", kind="operator")
    project = factories.make_project(alice, zhangjiang)
    enterprise = factories.make_enterprise(alice, zhangjiang)
    fact = factories.make_fact(alice, project, "signed")
    file = factories.make_evidence(alice, zhangjiang)
    services.attach_file(project=project, file=file, actor=alice, at=at)
    services.save_leg(
        project=project,
        sequence=1,
        values={"from_place": "甲", "to_place": "乙", "planned_on": date(2021, 7, 1)},
        actor=alice,
        at=at,
    )
    from enterprises.services import enter_recognition, enter_yearly_figures

    enter_yearly_figures(
        enterprise=enterprise, year=2020, values={"revenue_amount": Decimal(1)}, actor=alice, at=at
    )
    recognition = enter_recognition(
        enterprise=enterprise, values={"kind": "hnte", "granted_on": date(2021, 1, 1)}, actor=alice, at=at
    )
    contract = OperatorContract.objects.create(
        incubator=zhangjiang,
        operator=operator,
        number="C-1",
        starts_on=date(2021, 1, 1),
        ends_on=date(2022, 1, 1),
        fee_amount=1,
    )
    space = Space.objects.create(incubator=zhangjiang, name_zh="示例实验室", kind="laboratory", area_m2=200)
    title = IncubatorRecognition.objects.create(
        incubator=zhangjiang, title="示例", authority="示例", granted_on=date(2021, 1, 1)
    )
    observation = Observation.objects.create(
        incubator=zhangjiang,
        measure="events_held",
        period="2021-04",
        starts_on=date(2021, 4, 1),
        ends_on=date(2021, 5, 1),
        value=1,
        entered_at=at,
        entered_by=alice,
    )
    report = request_report(
        incubator=zhangjiang, period="2021-Q2", format="pdf", language="zh-hans", actor=alice, at=at
    )
    token, _text = issue_token(
        user=alice, name="t", scopes=["read"], lifetime=timedelta(days=1), actor=alice, at=at
    )
    figure = ReportedFigure.objects.create(code="figure", name_zh="示例", incubator=zhangjiang)
    reported = ReportedProject.objects.create(
        code="reported", name_zh="示例", park=zhangjiang.park, incubator=zhangjiang
    )
    Agreement.objects.create(code="agreement", name_zh="示例", kind="memorandum")
    ReferenceProcess.objects.create(code="process", name_zh="示例")
    from evaluation.models import Indicator, Scheme
    from tests.applications.records import addresses as of_applications
    from tests.capital.records import addresses as of_capital
    from tests.contests.cases import addresses as of_contests
    from tests.exchange.loop import bring
    from tests.funding.applicants import addresses as of_policies
    from tests.ledger.records import addresses as of_money
    from tests.outreach.records import addresses as of_liaison
    from tests.returns.records import addresses as of_returns
    from tests.reviews.cases import addresses as of_reviews
    from tests.sharing.records import addresses as of_shares
    from tests.support.cases import addresses as of_services

    run = bring(alice, zhangjiang, ["", "R-1", "蓝晶材料", "", ""])
    return {
        "projects/<id:pk>/facts/<id:fact>": f"projects/{project.pk}/facts/{fact.pk}",
        "projects/<id:pk>/legs/<number:sequence>": f"projects/{project.pk}/legs/1",
        "projects/<id:pk>/evidence/<id:file>": f"projects/{project.pk}/evidence/{file.pk}",
        "enterprises/<id:pk>/yearly-figures/<year:year>": f"enterprises/{enterprise.pk}/yearly-figures/2020",
        "enterprises/<id:pk>/recognitions/<id:item>": (
            f"enterprises/{enterprise.pk}/recognitions/{recognition.pk}"
        ),
        "projects/<id:pk>": f"projects/{project.pk}",
        "enterprises/<id:pk>": f"enterprises/{enterprise.pk}",
        "evidence/<id:pk>": f"evidence/{file.pk}",
        "contracts/<id:pk>": f"contracts/{contract.pk}",
        "spaces/<id:pk>": f"spaces/{space.pk}",
        "incubator-recognitions/<id:pk>": f"incubator-recognitions/{title.pk}",
        "observations/<id:pk>": f"observations/{observation.pk}",
        "evaluation-runs/<id:pk>": f"evaluation-runs/{report.run_id}",
        "report-runs/<id:pk>": f"report-runs/{report.pk}",
        "tokens/<id:pk>": f"tokens/{token.pk}",
        "incubators/<code:code>": f"incubators/{zhangjiang.code}",
        "reported-figures/<code:code>": f"reported-figures/{figure.code}",
        "reported-projects/<code:code>": f"reported-projects/{reported.code}",
        "parks/<code:code>": "parks/jiangyin",
        "organisations/<code:code>": "organisations/org",
        "agreements/<code:code>": "agreements/agreement",
        "processes/<code:code>": "processes/process",
        "sectors/<code:code>": "sectors/other",
        "indicators/<code:code>": f"indicators/{Indicator.objects.order_by('pk').first().code}",
        "schemes/<id:pk>": f"schemes/{Scheme.objects.order_by('pk').first().pk}",
        "import-runs/<id:pk>/rows/<id:number>": f"import-runs/{run.pk}/rows/2",
        "import-runs/<id:pk>": f"import-runs/{run.pk}",
        **of_liaison(alice, zhangjiang),
        **of_returns(bob, zhangjiang),
        **of_services(alice, zhangjiang),
        **of_contests(bob, zhangjiang),
        **of_reviews(bob, zhangjiang),
        **of_money(alice, bob, zhangjiang),
        **of_applications(alice, bob, zhangjiang),
        **of_shares(alice, bob, zhangjiang),
        **of_policies(alice, bob, zhangjiang),
        **of_capital(alice, bob, zhangjiang),
    }


def address(route: Route, records: dict[str, str]) -> str:
    path = route.path
    for pattern in sorted(records, key=len, reverse=True):
        if path.startswith(pattern):
            return records[pattern] + path.removeprefix(pattern)
    return path


def named(records: dict[str, str]) -> list[tuple[Route, str]]:
    """The routes with the address of a record that stands behind them."""
    found = [(route, address(route, records)) for route in ROUTES]
    return [(route, path) for route, path in found if "<" not in path]


def anywhere(route: Route) -> str:
    """An address of this form; whoever may not even ask is refused before any record is looked for."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: "2020" if part[1] == "year" else "1", route.path)


def test_nobody_enters_without_a_token(db: None) -> None:
    api = Api(None)
    for route in ROUTES:
        for method in route.methods:
            answer = api.send(method, anywhere(route))
            is_problem(answer, 401, "not_authenticated")
            assert answer["WWW-Authenticate"].startswith("Bearer")


def test_strangers_find_nothing(records: dict[str, str], charlie: User, erik: User) -> None:
    for stranger in (charlie, erik):
        api = Api(stranger)
        for route, path in named(records):
            if not route.is_detail or route.path.startswith(KNOWN_TO_ALL):
                continue
            for method in route.methods:
                answer = api.send(method, path, {} if method != "get" else None, If_Match="*")
                is_problem(answer, 404, "not_found")


def test_strangers_lists_are_empty(records: dict[str, str], charlie: User) -> None:
    api = Api(charlie)
    for route in ROUTES:
        if route.is_detail or "get" not in route.methods or route.path.startswith(KNOWN_TO_ALL):
            continue
        if route.path in NOT_A_LIST or route.path in OWN:
            continue
        answer = api.get(route.path)
        if answer["Content-Type"].startswith("application/json"):
            assert answer.json()["results"] == [], route.path
    assert [row["code"] for row in api.get("incubators/").json()["results"]] == ["shenzhen"]
    assert api.get("history-heads/").json() == []


def test_readers_write_nothing(records: dict[str, str], dora: User) -> None:
    """The auditor sees everything and may evaluate, but changes nothing."""
    api = Api(dora)
    for route, path in named(records):
        if "get" in route.methods and not path.startswith(("completeness/", "policy-questions/", *OWN)):
            expected = {404} if path.endswith("/outcome/") else {200}  # nothing came of this project yet
            if path == "duplicates/":
                expected = {403}  # only whoever may merge is shown who may be the same
            if path.startswith("payment-batches") and path.endswith("/file/"):
                expected = {403}  # whole account numbers, for whoever pays
            if path.startswith("report-runs") and path.endswith("/file/"):
                expected = {409}
            assert api.get(path).status_code in expected, path
        for method in set(route.methods) - {"get"}:
            if path.startswith(OWN) or route.path == "report-runs/" or path.endswith(ASKED):
                continue
            is_problem(api.send(method, path, {}, If_Match="*"), 403, "refused")


def test_every_list_asks_the_same_number_of_questions(
    records: dict[str, str], bob: User, django_assert_max_num_queries: Any
) -> None:
    """No list reads row by row: a handful of queries, whatever the page holds."""
    api = Api(bob)
    for route, path in named(records):
        if "get" in route.methods and not route.path.startswith(ASKS_MORE):
            with django_assert_max_num_queries(16):
                api.get(path)


def test_a_token_does_only_what_its_scopes_say(alice: User) -> None:
    reader, writer = Api(alice, ["read"]), Api(alice, ["write"])
    for route in ROUTES:
        path = anywhere(route)
        for method in route.methods:
            if path.startswith("report-runs/"):
                needed, api = ("reports", writer) if method != "get" else ("read", writer)
            elif path.endswith(ASKED):
                needed, api = "read", writer
            else:
                needed, api = ("read", writer) if method == "get" else ("write", reader)
            body = is_problem(api.send(method, path, None if method == "get" else {}), 403, "scope_missing")
            assert body["missing_scope"] == needed


def test_addresses_that_do_not_exist_answer_a_problem(alice: User) -> None:
    api = Api(alice)
    for path in (
        "nothing/",
        "projects/x/",
        "projects/999999999999999999999/",
        "projects/1/nothing/",
        "%00/",
        "%0a/x",
    ):
        is_problem(api.get(path), 404, "not_found")
    is_problem(api.post("me/"), 405, "method_not_allowed")


def test_the_last_slash_may_be_left_out(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    assert api.get("me").json() == api.get("me/").json()
    assert api.post("projects", {"name_zh": "示例"}).status_code == 201
