"""What nobody should be able to store, field by field: one rule for every service."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Invalid
from core.saving import LONGEST_TEXT, assign, clean_text, save_checked
from incubators.models import Incubator, Space
from projects.models import Project, ProjectFact, RelocationLeg
from tests.remembered import refused


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", "characters"),
        ("a\ud800b", "characters"),
        ("a\x1bb", "characters"),
        ("a\x0bb", "characters"),
        ("a\x7fb", "characters"),
        ("a\uffffb", "characters"),
        ("示" * (LONGEST_TEXT + 1), "max_length"),
        (["示例"], "invalid"),
        ({"zh": "示例"}, "invalid"),
        (b"x", "invalid"),
        (7, "invalid"),
        (True, "invalid"),
    ],
)
@pytest.mark.django_db
def test_a_text_that_cannot_be_stored_is_refused_by_field(text: Any, code: str) -> None:
    with refused(Invalid, f"summary:{code}"):
        assign(Project(), {"summary": text}, allowed=("summary",))


def test_the_refused_character_is_named_and_not_repeated() -> None:
    with pytest.raises(Invalid, match=r"U\+D800"):
        clean_text("a\ud800", field="name")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  示例 ", "示例"),
        ("第一行\n\t第二行", "第一行\n\t第二行"),
        ("e\u0301tude", "étude"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\ufeff示\u200b例", "示例"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        (None, ""),
        ("", ""),
        ("示" * LONGEST_TEXT, "示" * LONGEST_TEXT),
    ],
)
def test_texts_are_composed_and_lose_what_nobody_sees(typed: str | None, stored: str) -> None:
    assert clean_text(typed, field="name") == stored


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), True, "many", ["1"], {"amount": 1}, b"1", object(), "0x10", date(2021, 1, 1)]
)
@pytest.mark.django_db
def test_what_is_no_exact_number_is_no_amount(value: Any) -> None:
    with refused(Invalid, "amount:invalid"):
        assign(ProjectFact(), {"amount": value}, allowed=("amount",))


@pytest.mark.parametrize("value", [1.0, 3.7, Decimal("3.7"), True, "3.7", [3], "1" * 5000, Decimal("NaN")])
@pytest.mark.django_db
def test_what_is_no_whole_number_is_no_leg(value: Any) -> None:
    with refused(Invalid, "sequence:invalid"):
        assign(RelocationLeg(), {"sequence": value}, allowed=("sequence",))


@pytest.mark.parametrize(
    ("value", "stored"), [("12.50", Decimal("12.5")), (12, Decimal(12)), ("", None), (None, None)]
)
def test_numbers_arrive_exactly(value: Any, stored: Decimal | None) -> None:
    fact = ProjectFact()
    assign(fact, {"amount": value}, allowed=("amount",))
    assert fact.amount == stored


@pytest.mark.parametrize("value", ["2021-02-30", "soon", 20210301, ["2021-03-01"], 1.5])
@pytest.mark.django_db
def test_what_is_no_day_is_refused(value: Any) -> None:
    with pytest.raises(Invalid) as caught:
        assign(Project(), {"first_contact_on": value}, allowed=("first_contact_on",))
    assert [field.field for field in caught.value.fields] == ["first_contact_on"]


@pytest.mark.parametrize("value", [7, "life-health", [], ProjectFact()])
@pytest.mark.django_db
def test_a_link_goes_to_a_record_of_its_kind(value: Any) -> None:
    with refused(Invalid, "sector:invalid"):
        assign(Project(), {"sector": value}, allowed=("sector",))


@pytest.mark.django_db
def test_everything_wrong_is_named_at_once() -> None:
    with refused(Invalid, "name_zh:characters", "sector:invalid", "first_contact_on:invalid"):
        assign(
            Project(),
            {"name_zh": "\x00", "sector": 7, "first_contact_on": "soon", "team_lead": "示例"},
            allowed=("name_zh", "sector", "first_contact_on", "team_lead"),
        )


@pytest.mark.django_db
def test_names_that_are_no_texts_are_named_too() -> None:
    with refused(Invalid, "7:unknown_field", "None:unknown_field"):
        assign(Project(), {7: 1, None: 2}, allowed=("name_zh",))  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "area", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), Decimal("0.001")]
)
@pytest.mark.django_db
def test_numbers_beyond_their_column_are_refused_on_saving(zhangjiang: Incubator, area: Decimal) -> None:
    space = Space(incubator=zhangjiang, name_zh="示例", kind="office", area_m2=area)
    with pytest.raises(Invalid) as caught:
        save_checked(space)
    assert {field.field for field in caught.value.fields} == {"area_m2"}


@pytest.mark.django_db
def test_what_was_put_on_the_record_past_assign_is_looked_at_too(zhangjiang: Incubator) -> None:
    with refused(Invalid, "name_zh:characters"):
        save_checked(Space(incubator=zhangjiang, name_zh="示\x00例", kind="office", area_m2=1))
