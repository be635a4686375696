"""Pages of enterprises: entering, correcting, verifying by a second person, drafts and conflicts."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.drafts import draft_of, save_draft
from enterprises.models import Enterprise, Recognition, YearlyFigure
from enterprises.services import enter_recognition, enter_yearly_figures
from incubators.models import Incubator
from tests import factories

pytestmark = pytest.mark.django_db


def values(incubator: Incubator, **changes: Any) -> dict[str, Any]:
    return {"place": f"i{incubator.pk}", "name_zh": "示例公司", "kind": "company", "country": "CN", **changes}


def test_an_enterprise_is_entered_once_and_its_draft_forgotten(
    client: Client, alice: User, zhangjiang: Incubator
) -> None:
    save_draft(user=alice, form="enterprise-new", data={"name_zh": ["示例"]}, at=factories.NOW)
    client.force_login(alice)
    page = client.get(reverse("enterprise-create"))
    assert page.context["form"].initial["name_zh"] == "示例"
    typed = values(zhangjiang, once=page.context["once"], credit_code=factories.make_credit_code())
    first = client.post(reverse("enterprise-create"), typed)
    again = client.post(reverse("enterprise-create"), typed)
    enterprise = Enterprise.objects.get()
    assert first.url == again.url == reverse("enterprise-detail", args=[enterprise.pk])
    assert draft_of(alice, "enterprise-new") is None
    assert client.get(first.url).status_code == 200


@pytest.mark.parametrize(
    ("asked", "back"), [("/projects/new/", "/projects/new/"), ("https://evil.example/", ""), ("", "")]
)
def test_whoever_came_from_a_project_goes_back_to_it(
    asked: str, back: str, client: Client, alice: User, zhangjiang: Incubator
) -> None:
    client.force_login(alice)
    page = client.get(reverse("enterprise-create"), {"next": asked, "name": "示例光声"})
    assert (page.context["back"], page.context["form"].initial["name_zh"]) == (back, "示例光声")
    sent = client.post(reverse("enterprise-create"), values(zhangjiang, next=asked))
    assert sent.url == (back or reverse("enterprise-detail", args=[Enterprise.objects.get().pk]))


def test_a_wrong_check_digit_is_named_with_what_was_typed(
    client: Client, alice: User, zhangjiang: Incubator
) -> None:
    client.force_login(alice)
    page = client.post(reverse("enterprise-create"), values(zhangjiang, credit_code="91320281MA0000000X"))
    assert page.status_code == 422
    assert "91320281MA0000000X" in str(page.context["form"].errors["credit_code"])
    assert not Enterprise.objects.exists()


def test_a_stale_edit_shows_both_versions(client: Client, alice: User, zhangjiang: Incubator) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang, name_zh="旧名")
    client.force_login(alice)
    address = reverse("enterprise-edit", args=[enterprise.pk])
    typed = values(zhangjiang, credit_code=enterprise.credit_code, version=1)
    assert client.post(address, typed | {"name_zh": "新名"}).status_code == 302
    page = client.post(address, typed | {"name_zh": "另名"})
    assert page.status_code == 409
    assert [(row["mine"], row["theirs"]) for row in page.context["theirs"]] == [("另名", "新名")]


def test_a_second_person_verifies_figures_and_titles(
    client: Client, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang)
    client.force_login(alice)
    client.post(
        reverse("enterprise-figures", args=[enterprise.pk]),
        {"year": "2020", "currency": "CNY", "revenue_amount": "1250万", "staff_count": "12"},
    )
    figures = YearlyFigure.objects.get()
    assert figures.revenue_amount == 12_500_000
    recognition = enter_recognition(
        enterprise=enterprise,
        values={"kind": "hnte", "granted_on": date(2020, 1, 1)},
        actor=alice,
        at=factories.NOW,
    )
    verify = [
        reverse("yearly-figures-verify", args=[figures.pk]),
        reverse("recognition-verify", args=[recognition.pk]),
    ]
    assert [client.post(address).status_code for address in verify] == [403, 403]
    client.force_login(bob)
    assert [client.post(address).status_code for address in verify] == [302, 302]
    figures.refresh_from_db()
    recognition.refresh_from_db()
    assert (figures.verified_by, recognition.verified_by) == (bob, bob)
    page = client.get(reverse("enterprise-detail", args=[enterprise.pk]))
    assert [rung.state for rung in page.context["ladder"]] == [
        "ahead",
        "done",
        "ahead",
        "ahead",
        "ahead",
        "ahead",
    ]


def test_a_certificate_is_stored_with_its_title(client: Client, alice: User, zhangjiang: Incubator) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    enterprise = factories.make_enterprise(alice, zhangjiang)
    client.force_login(alice)
    typed = {"kind": "hnte", "granted_on": "2021.5.3", "file": SimpleUploadedFile("证书.pdf", factories.PDF)}
    assert client.post(reverse("enterprise-recognition", args=[enterprise.pk]), typed).status_code == 302
    recognition = Recognition.objects.get()
    assert (recognition.granted_on, recognition.evidence.original_name) == (date(2021, 5, 3), "证书.pdf")


def test_strangers_find_nothing_and_readers_write_nothing(
    client: Client, alice: User, charlie: User, dora: User, zhangjiang: Incubator
) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang)
    figures = enter_yearly_figures(
        enterprise=enterprise, year=2020, values={"staff_count": 1}, actor=alice, at=factories.NOW
    )
    pages = [
        reverse("enterprise-edit", args=[enterprise.pk]),
        reverse("enterprise-figures", args=[enterprise.pk]),
        reverse("enterprise-recognition", args=[enterprise.pk]),
        reverse("yearly-figures-verify", args=[figures.pk]),
    ]
    for user, status in ((charlie, 404), (dora, 403)):
        client.force_login(user)
        assert [client.post(address, {}).status_code for address in pages] == [status] * 4
    assert client.get(reverse("enterprise-detail", args=[enterprise.pk])).status_code == 200
    client.force_login(charlie)
    assert client.get(reverse("enterprise-detail", args=[enterprise.pk])).status_code == 404
    assert client.get(reverse("enterprise-list")).context["page"].rows == []


def test_the_list_finds_names_numbers_and_verified_titles(
    client: Client, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    from enterprises.services import verify_recognition

    found = factories.make_enterprise(alice, zhangjiang, name_zh="示例光电")
    factories.make_enterprise(alice, zhangjiang, name_zh="示例药业")
    title = enter_recognition(
        enterprise=found,
        values={"kind": "hnte", "granted_on": date(2020, 1, 1)},
        actor=alice,
        at=factories.NOW,
    )
    client.force_login(alice)

    def names(query: str) -> list[str]:
        rows = client.get(reverse("enterprise-list") + query).context["page"].rows
        return [row.name_zh for row in rows]

    assert names("?q=guangdian") == names(f"?q={found.credit_code}") == ["示例光电"]
    assert names("?title=hnte") == []
    verify_recognition(recognition=title, actor=bob, at=factories.NOW)
    assert names("?title=hnte") == ["示例光电"]
