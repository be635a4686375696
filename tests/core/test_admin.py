"""The administration pages: they open, keep to the scope, and write through the services alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, User
from core.models import ExchangeRate, HistoryEntry
from enterprises.models import Enterprise
from enterprises.services import enter_recognition, enter_yearly_figures
from incubators.enums import OrganisationKind
from incubators.models import Incubator, Membership, OperatorContract, Organisation, Park
from tests import factories

pytestmark = pytest.mark.django_db

OURS = ("core", "accounts", "incubators", "evidence", "enterprises", "projects", "evaluation")
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in OURS),
    key=lambda model: model._meta.label,
)


def staff(user: User) -> User:
    user.is_staff = True
    user.save()
    return user


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="password")


def action(client: Client, name: str, what: str, *ids: int) -> list[str]:
    """Run an action on these records; what it complains of."""
    response = client.post(
        reverse(f"admin:{name}_changelist"), {"action": what, "_selected_action": [str(pk) for pk in ids]}
    )
    assert response.status_code == 302
    told = get_messages(client.get(reverse("admin:index")).wsgi_request)
    return [str(message) for message in told if message.level_tag == "error"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_every_list_opens_and_nothing_can_be_deleted(
    client: Client, root: User, bob: User, model: Any
) -> None:
    meta = model._meta
    for user in (root, staff(bob)):
        client.force_login(user)
        page = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
        assert page.status_code in ((200,) if user == root else (200, 403))
    request = client.get(reverse("admin:index")).wsgi_request
    request.user = root
    assert not admin.site._registry[model].has_delete_permission(request)


def test_a_person_without_staff_rights_is_kept_out(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(reverse("admin:projects_project_changelist")).status_code == 302


def test_lists_are_scoped(client: Client, alice: User, bob: User, erik: User, zhangjiang: Incubator) -> None:
    project = factories.make_project(alice, zhangjiang, name_zh="示例甲")
    for user, sees in ((bob, True), (erik, False)):
        client.force_login(staff(user))
        assert ("示例甲" in client.get(reverse("admin:projects_project_changelist")).content.decode()) is sees
        page = client.get(reverse("admin:projects_project_change", args=[project.pk]))
        assert page.status_code == (200 if sees else 302)


def test_history_and_projects_cannot_be_changed_here(
    client: Client, root: User, alice: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang)
    entry = HistoryEntry.objects.latest("pk")
    client.force_login(root)
    for name, pk in (("core_historyentry", entry.pk), ("projects_project", project.pk)):
        assert client.post(reverse(f"admin:{name}_change", args=[pk]), {"actor": "x"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_add"), {}).status_code == 403


def test_whoever_entered_something_cannot_verify_it_here(
    client: Client, bob: User, alice: User, zhangjiang: Incubator
) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang)
    own = enter_yearly_figures(
        enterprise=enterprise, year=2020, values={"staff_count": 3}, actor=bob, at=factories.NOW
    )
    other = enter_recognition(
        enterprise=enterprise,
        values={"kind": "hnte", "granted_on": date(2020, 1, 1)},
        actor=alice,
        at=factories.NOW,
    )
    client.force_login(staff(bob))
    assert len(action(client, "enterprises_yearlyfigure", "verify", own.pk)) == 1
    assert action(client, "enterprises_recognition", "verify", other.pk) == []
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.verified_by, other.verified_by) == (None, bob)


def test_an_incubator_is_saved_through_the_service(client: Client, bob: User, park: Park) -> None:
    client.force_login(staff(bob))
    values = {
        "park": park.pk, "code": "north", "name_zh": "北区", "kind": "local_carrier", "mode": "unknown",
        "time_zone": "Asia/Shanghai",
    }  # fmt: skip
    response = client.post(reverse("admin:incubators_incubator_add"), values)
    assert response.status_code == 302, response.content.decode()[-2000:]
    incubator = Incubator.objects.get(code="north")
    entry = HistoryEntry.objects.get(chain=incubator.chain)
    assert (entry.action, entry.actor) == ("incubator.saved", "bob")
    values["name_zh"] = "北园"
    client.post(reverse("admin:incubators_incubator_change", args=[incubator.pk]), values)
    incubator.refresh_from_db()
    assert (incubator.name_zh, HistoryEntry.objects.filter(chain=incubator.chain).count()) == ("北园", 2)


def test_what_the_service_refuses_is_an_error_of_the_form(
    client: Client, bob: User, zhangjiang: Incubator
) -> None:
    operator = Organisation.objects.create(code="op", name_zh="示例机构", kind=OrganisationKind.OPERATOR)
    client.force_login(staff(bob))
    values = {
        "incubator": zhangjiang.pk, "operator": operator.pk, "number": "A-1", "starts_on": "2021-01-01",
        "ends_on": "2022-01-01", "fee_amount": "1", "currency": "CNY",
    }  # fmt: skip
    assert client.post(reverse("admin:incubators_operatorcontract_add"), values).status_code == 302
    overlapping = values | {"number": "A-2", "ends_on": "2021-06-01"}
    page = client.post(reverse("admin:incubators_operatorcontract_add"), overlapping)
    assert page.status_code == 200
    assert page.context["errors"]
    assert OperatorContract.objects.get().number == "A-1"


def test_roles_are_granted_and_ended_with_a_history_row(
    client: Client, bob: User, zhangjiang: Incubator
) -> None:
    newcomer = factories.make_user("newcomer")
    client.force_login(staff(bob))
    client.post(
        reverse("admin:incubators_membership_add"),
        {"user": newcomer.pk, "role": "operator", "incubator": zhangjiang.pk, "starts_on": "2021-01-01"},
    )
    membership = Membership.objects.get(user=newcomer)
    assert action(client, "incubators_membership", "end_today", membership.pk) == []
    membership.refresh_from_db()
    assert membership.ends_on is not None
    entries = HistoryEntry.objects.filter(chain=zhangjiang.chain).order_by("pk")
    assert [entry.action for entry in entries] == ["membership.granted", "membership.ended"]


def test_an_enterprise_with_a_wrong_check_digit_is_refused(
    client: Client, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    client.force_login(staff(bob))
    values = {
        "park": park.pk,
        "incubator": zhangjiang.pk,
        "name_zh": "示例",
        "kind": "company",
        "country": "CN",
    }
    wrong = values | {"credit_code": "91320281MA0000000X"}
    page = client.post(reverse("admin:enterprises_enterprise_add"), wrong)
    assert "91320281MA0000000X" in str(page.context["errors"])
    assert client.post(reverse("admin:enterprises_enterprise_add"), values).status_code == 302
    assert Enterprise.objects.get().entered_by == bob


def test_rates_are_recorded_with_their_history(client: Client, root: User, bob: User) -> None:
    values = {
        "currency": "SEK",
        "to_currency": "CNY",
        "on": "2021-05-31",
        "rate": "0.77",
        "source": "example",
    }
    client.force_login(staff(bob))
    assert client.post(reverse("admin:core_exchangerate_add"), values).status_code == 403
    client.force_login(root)
    client.post(reverse("admin:core_exchangerate_add"), values)
    rate = ExchangeRate.objects.get()
    client.post(reverse("admin:core_exchangerate_change", args=[rate.pk]), values | {"rate": "0.78"})
    rate.refresh_from_db()
    assert (rate.rate, HistoryEntry.objects.filter(chain="system").count()) == (Decimal("0.78"), 2)


def test_the_digest_of_a_token_is_never_shown(client: Client, root: User, alice: User) -> None:
    from datetime import timedelta

    from accounts.services import issue_token

    token, _text = issue_token(
        user=alice, name="pull", scopes=["read"], lifetime=timedelta(days=1), actor=alice, at=factories.NOW
    )
    client.force_login(root)
    page = client.get(reverse("admin:accounts_apitoken_change", args=[token.pk]))
    assert token.digest not in page.content.decode()
    action(client, "accounts_apitoken", "revoke", token.pk)
    assert ApiToken.objects.get().revoked_by == root
