import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.identifiers import (
    clean_identifier,
    credit_code_check_character,
    is_credit_code,
    is_organisation_number,
    organisation_number_check_digit,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600007342G"])
def test_published_credit_codes_pass(code: str) -> None:
    assert is_credit_code(code)


@pytest.mark.parametrize(
    "code", ["91350100M000100Y44", "91350100M000100Y4", "", "9135010OM000100Y43", "91350100I000100Y43"]
)
def test_wrong_credit_codes_fail(code: str) -> None:
    assert not is_credit_code(code)


@given(
    st.text("0123456789", min_size=8, max_size=8),
    st.text(ALPHABET, min_size=9, max_size=9),
    st.integers(0, 16),
    st.sampled_from(ALPHABET),
)
def test_any_one_wrong_character_is_noticed(head: str, tail: str, position: int, other: str) -> None:
    body = head + tail
    code = body + credit_code_check_character(body)
    assert is_credit_code(code)
    damaged = code[:position] + other + code[position + 1 :]
    assert is_credit_code(damaged) == (damaged == code)


@pytest.mark.parametrize("number", ["5560360793", "2021005489"])
def test_published_organisation_numbers_pass(number: str) -> None:
    assert is_organisation_number(number)


@pytest.mark.parametrize("number", ["5560360794", "556036079", "5510360793", "55603607931", "٥٥٦٠٣٦٠٧٩٣"])
def test_wrong_organisation_numbers_fail(number: str) -> None:
    assert not is_organisation_number(number)


@given(st.text("0123456789", min_size=9, max_size=9), st.integers(0, 8), st.sampled_from("0123456789"))
def test_any_one_wrong_digit_is_noticed(body: str, position: int, other: str) -> None:
    body = body[:2] + "5" + body[3:]
    number = body + organisation_number_check_digit(body)
    damaged = number[:position] + other + number[position + 1 :]
    assert is_organisation_number(damaged) == (damaged == number or (damaged[2] >= "2" and damaged == number))


def test_numbers_are_cleaned_as_people_type_them() -> None:
    assert clean_identifier(" 556036-0793 ") == "5560360793"
    assert clean_identifier("９１３５０１００ｍ０００１００ｙ４３") == "91350100M000100Y43"
