"""Monthly measures on the page: entered by one person, verified by another, corrected openly."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from evaluation.models import Observation
from incubators.models import Incubator
from tests import factories
from tests.evaluation import cases
from tests.evaluation.test_web_runs import signed_in, text_of

pytestmark = pytest.mark.django_db
PAGE = "/evaluation/observations/"
ZHANGJIANG = PAGE + "?incubator=zhangjiang&year=2021"


def enter(client: Client, **values: Any) -> Any:
    form = {"measure": "service_tickets_total", "period": "2021-04", "value": "1,200", "note": "", **values}
    return client.post(ZHANGJIANG, form)


def ticked(*rows: Observation) -> dict[str, list[str]]:
    return {"observation": [f"{row.pk}@{row.entered_at.isoformat()}" for row in rows]}


def test_a_value_is_entered_as_people_type_it(zhangjiang: Incubator, alice: User) -> None:
    answer = enter(signed_in(alice))
    assert answer.status_code == 302
    row = Observation.objects.get()
    assert (row.value, row.period, row.entered_by, row.verified_at) == (Decimal(1200), "2021-04", alice, None)
    page = signed_in(alice).get(answer["Location"].partition("#")[0])
    assert "1,200" in text_of(page)


def test_evidence_comes_with_the_value(
    zhangjiang: Incubator, alice: User, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    enter(signed_in(alice), evidence=SimpleUploadedFile("list.pdf", factories.PDF))
    assert [file.original_name for file in Observation.objects.get().evidence.all()] == ["list.pdf"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"value": "many"}, "“many” is not a number. Write it like 12 or 1,200.50."),
        ({"value": "1.5"}, "April 2021, service tickets due: This measure is a whole number."),
        ({"value": "-1"}, "0"),
        ({"value": "NaN"}, "“NaN” is not a number."),
        ({"value": "1e400"}, "is not a number."),
        ({"period": "2021-13"}, "“2021-13” is not a month. Write it like 2021-04."),
        ({"period": "2199-01"}, "Choose a month up to the present one."),
        ({"measure": "nothing"}, "nothing"),
        (
            {"measure": "satisfaction_percent", "value": "101"},
            "April 2021, satisfaction of the teams served: This measure is at most 100.",
        ),
    ],
)
def test_a_wrong_value_is_named_with_measure_and_month(
    values: dict[str, str], sentence: str, zhangjiang: Incubator, alice: User
) -> None:
    answer = enter(signed_in(alice), **values)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert Observation.objects.count() == 0


def test_nobody_verifies_his_own(zhangjiang: Incubator, alice: User, bob: User) -> None:
    enter(signed_in(bob))
    row = Observation.objects.get()
    page = text_of(signed_in(bob).get(ZHANGJIANG))
    assert "You entered these yourself: another park administrator has to verify them." in page
    assert signed_in(bob).post(reverse("evaluation-observations-verify"), ticked(row)).status_code == 403
    assert signed_in(alice).post(reverse("evaluation-observations-verify"), ticked(row)).status_code == 403


def test_the_operator_is_told_who_verifies(zhangjiang: Incubator, alice: User) -> None:
    enter(signed_in(alice))
    page = signed_in(alice).get(ZHANGJIANG)
    assert "Only the park administrator can verify measures, and nobody his own." in text_of(page)
    assert 'name="observation"' not in page.content.decode()


def test_a_second_person_verifies_and_a_correction_takes_it_away(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    enter(signed_in(alice))
    row = Observation.objects.get()
    signed_in(bob).post(reverse("evaluation-observations-verify"), ticked(row))
    row.refresh_from_db()
    assert row.verified_by == bob

    refused = enter(signed_in(alice), value="1300")
    assert refused.status_code == 422 or refused.status_code == 409
    assert "This value is verified. Say that you correct it." in text_of(refused)
    row.refresh_from_db()
    assert (row.value, row.verified_by) == (Decimal(1200), bob)

    assert enter(signed_in(alice), value="1300", correct="on").status_code == 302
    row.refresh_from_db()
    assert (row.value, row.verified_at, row.verified_by) == (Decimal(1300), None, None)


def test_a_value_changed_meanwhile_is_not_verified_unseen(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    enter(signed_in(alice))
    seen = ticked(Observation.objects.get())
    enter(signed_in(alice), value="9")
    client = signed_in(bob)
    page = client.post(reverse("evaluation-observations-verify"), seen, follow=True)
    assert "was changed after you opened the page" in text_of(page)
    assert Observation.objects.get().verified_at is None


def test_a_stranger_finds_neither_page_nor_value(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, charlie: User, erik: User
) -> None:
    enter(signed_in(alice))
    row = Observation.objects.get()
    for stranger in (charlie, erik):
        assert (
            signed_in(stranger).post(reverse("evaluation-observations-verify"), ticked(row)).status_code
            == 404
        )
    assert signed_in(charlie).get(ZHANGJIANG).status_code == 404
    assert enter(signed_in(charlie)).status_code == 404


@pytest.mark.parametrize("typed", ["", "x", "@", "\x00", "99999999999999999999999", "９"])
def test_ids_that_are_none_are_answered_in_words(typed: str, zhangjiang: Incubator, bob: User) -> None:
    form = {"observation": typed, "incubator": "zhangjiang", "year": "2021"}
    page = signed_in(bob).post(reverse("evaluation-observations-verify"), form, follow=True)
    assert page.status_code == 200
    assert "Choose at least one value to verify." in text_of(page)


def test_an_id_with_zeros_before_it_is_no_stumbling_block(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    enter(signed_in(alice))
    row = Observation.objects.get()
    form = {"observation": f"000{row.pk}@{row.entered_at.isoformat()}"}
    assert signed_in(bob).post(reverse("evaluation-observations-verify"), form).status_code == 302
    row.refresh_from_db()
    assert row.verified_by == bob


def test_an_auditor_reads_and_cannot_enter(zhangjiang: Incubator, dora: User) -> None:
    assert "Only the operator of this incubator" in text_of(signed_in(dora).get(ZHANGJIANG))
    assert enter(signed_in(dora)).status_code == 403


@pytest.mark.parametrize("query", ["year=20x1", "year=99999", "month=2021", "month=%00", "year=２０２１"])
def test_a_bad_address_is_answered_in_words(query: str, zhangjiang: Incubator, alice: User) -> None:
    page = signed_in(alice).get(f"{PAGE}?incubator=zhangjiang&{query}")
    assert page.status_code == 422
    assert "Write it like 2021" in text_of(page)


def test_missing_values_are_counted(zhangjiang: Incubator, alice: User, bob: User) -> None:
    months = [f"2021-{number:02}" for number in range(1, 13)]
    cases.report_months(zhangjiang, *months[:11], operator=alice, verifier=bob)
    page = signed_in(alice).get(ZHANGJIANG)
    assert page.context["missing_count"] == 11
    cases.report_months(zhangjiang, months[11], operator=alice, verifier=bob)
    assert signed_in(alice).get(ZHANGJIANG).context["missing_count"] == 0
