"""The demonstration data as a whole, loaded once for this module."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.forms import BaseForm, FileField
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from capital.models import Fund, InterestSubsidy, Match
from capital.selectors.funds import balance_of
from core.enums import Provenance
from enterprises.models import Enterprise
from exchange import services
from exchange.selectors import place_for, rows_of
from exchange.sheets import sheet_of
from exchange.writing import export_file
from incubators.models import Park
from ledger.models import Budget, Entry
from ledger.selectors import budget_standing
from projects.models import Project
from tests.exchange.loop import counts, problems
from tests.guards import unguarded

pytestmark = pytest.mark.xdist_group("demonstration")


def load() -> str:
    out = io.StringIO()
    with override_settings(DEMO_ACCOUNTS_ALLOWED=True):
        call_command("load_demo", stdout=out)
    return out.getvalue().splitlines()[-1]


@pytest.fixture(scope="module")
def loaded(kept: None) -> None:
    load()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def demonstration(loaded: None, db: None) -> None:
    """Loaded; what a test changes is taken back."""


def test_it_is_told_once(demonstration: None) -> None:
    count = Entry.objects.count()
    assert load() == "Done: nothing had to change."
    assert Entry.objects.count() == count


def test_the_demonstration_balances(demonstration: None) -> None:
    for budget in Budget.objects.all():
        standing = budget_standing(budget)
        assert standing.appropriated == (
            standing.available + standing.committed + standing.paid + standing.clawed_back
        )
    own = Budget.objects.get(name_zh="示例：回归项目专项资金")
    assert budget_standing(own).paid == Decimal(1_080_000)
    assert own.commitments.count() == 5  # four of its own and an interest subsidy


def test_funds_and_credit_are_told(demonstration: None) -> None:
    own = Fund.objects.get(park__isnull=False)
    assert own.provenance == Provenance.DEMONSTRATION
    found = balance_of(own)
    assert (found.invested, found.left) == (3_000_000, 47_000_000)
    amounts = InterestSubsidy.objects.order_by("starts_on").values_list("amount", flat=True)
    assert list(amounts) == [250_250, 154_000]
    assert sorted(Match.objects.values_list("stage", flat=True)) == ["declined", "granted", "met"]
    reported = Fund.objects.filter(park=None).order_by("size_amount")
    assert list(reported.values_list("size_amount", "size_qualifier")) == [
        (1_000_000_000, "exact"),
        (2_000_000_000, "at_least"),
        (10_000_000_000, "above"),
    ]
    assert all(fund.source for fund in reported)


def test_all_demonstration_projects_survive_a_round_trip(demonstration: None) -> None:
    """Export, import into an empty database, export again: the same rows, in both languages' files."""
    sheet = sheet_of("projects")
    assert sheet is not None
    at = timezone.now()
    admins = {
        park: User.objects.get(username=name)
        for park, name in ((park, f"park-{park.code.split('-')[0]}") for park in parks_with_projects())
    }
    assert len(admins) >= 2
    before = {
        park: (list(sheet.export(user=user, filters={})), b"".join(export_file(sheet, user, {}, "zh-hans")))
        for park, user in admins.items()
    }
    empty_the_records()
    for park, user in admins.items():
        rows, content = before[park]
        run = services.start_import(
            sheet="projects",
            place=place_for(user, park=park),
            content=io.BytesIO(content),
            name="项目.xlsx",
            actor=user,
            at=at,
        )
        services.decide_rows(
            run=run,
            decisions={row.number: ("new", None) for row in rows_of(run, statuses=["duplicate"], limit=1000)},
            actor=user,
            at=at,
        )
        assert counts(run) == {"new": len(rows)}, problems(run)
        services.commit_run(run=run, actor=user, at=at)
        assert list(sheet.export(user=user, filters={})) == rows
        again = b"".join(export_file(sheet, user, {}, "en", format="csv"))
        same = services.start_import(
            sheet="projects",
            place=place_for(user, park=park),
            content=io.BytesIO(again),
            name="projects.csv",
            actor=user,
            at=at,
        )
        assert counts(same) == {"unchanged": len(rows)}


def parks_with_projects() -> list[Park]:
    return list(Park.objects.filter(projects__isnull=False).distinct().order_by("pk"))


def empty_the_records() -> None:
    """Projects and companies, and everything that hangs on them, past all rules."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with unguarded(cursor):
            cursor.execute("TRUNCATE projects_project, enterprises_enterprise CASCADE")
    assert (Project.everything.count(), Enterprise.everything.count()) == (0, 0)


FORMS = [
    ("contest-edit", "contests.Contest", "name_zh"),
    ("contest-division-edit", "contests.Division", "name_zh"),
    ("contest-entry-edit", "contests.Entry", "summary"),
    ("fund-edit", "capital.Fund", "name_zh"),
    ("credit-product-edit", "capital.BankProduct", "name_zh"),
    ("credit-match-edit", "capital.Match", "note"),
    ("sharing-edit", "sharing.SharingAgreement", "name_zh"),
    ("budget-edit", "ledger.Budget", "name_zh"),
    ("mentor-edit", "support.Mentor", "name_zh"),
    ("ip-edit", "enterprises.IpRight", "note"),
    ("occupancy-edit", "enterprises.Occupancy", "agreement"),
    ("talent-edit", "enterprises.Person", "name_zh"),
    ("enterprise-edit", "enterprises.Enterprise", "name_zh"),
    ("lead-edit", "outreach.Lead", "summary"),
    ("contact-edit", "outreach.Contact", "organisation_name"),
    ("event-edit", "outreach.Event", "name_zh"),
    ("mandate-edit", "outreach.Mandate", "name_zh"),
    ("agreement-edit", "outreach.TrackedAgreement", "name_zh"),
    ("ticket-edit", "support.Ticket", "title"),
    ("service-edit", "support.ServiceRecord", "result"),
]


@pytest.mark.parametrize(("name", "model", "field"), FORMS)
def test_who_saves_second_sees_both_versions_and_then_saves(
    demonstration: None, name: str, model: str, field: str
) -> None:
    manager: Any = apps.get_model(model)._default_manager
    client = Client()
    client.force_login(User.objects.get(username="park-jiangyin"))
    client.cookies["language"] = "en"
    record, address = next(
        (record, address)
        for record in manager.order_by("-pk")
        if client.get(address := reverse(name, args=[record.pk])).status_code == 200
    )
    sent = as_sent(client.get(address).context["form"])
    manager.filter(pk=record.pk).update(version=F("version") + 1, **{field: "Theirs"})
    refused = client.post(address, {**sent, field: "Mine"})
    assert refused.status_code == 409, refused.context["form"].errors
    rows = {(row["mine"], row["theirs"]) for row in refused.context["form"].theirs}
    assert ("Mine", "Theirs") in rows
    assert "What is stored now" in refused.content.decode()
    again = client.post(address, as_sent(refused.context["form"]))
    assert again.status_code == 302, again.context["form"].errors
    assert manager.values_list(field, flat=True).get(pk=record.pk) == "Mine"


def as_sent(form: BaseForm) -> dict[str, Any]:
    """What a browser would send of this form without a change."""
    sent = {}
    for bound in form:
        value = bound.value()
        if isinstance(bound.field, FileField) or value in (None, False, ""):
            continue
        sent[bound.html_name] = "on" if value is True else bound.field.prepare_value(value)
    return sent
