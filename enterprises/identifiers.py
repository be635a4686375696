"""Registration numbers and their check digits. Pure functions.

统一社会信用代码: GB 32100-2015, 18 characters, modulus 31 over the weights 3^i mod 31.
Swedish organisation number: 10 digits, third digit at least 2, Luhn checksum (SKV 709).
"""

import re
import unicodedata

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))
_CREDIT_FORM = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")


def clean_identifier(text: str) -> str:
    """As typed, without spaces and hyphens, full-width forms folded, upper case."""
    return re.sub(r"[\s\-‐–]", "", unicodedata.normalize("NFKC", text)).upper()


def credit_code_check_character(body: str) -> str:
    """The 18th character for the first 17."""
    total = sum(
        _CREDIT_ALPHABET.index(character) * weight
        for character, weight in zip(body, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def is_credit_code(code: str) -> bool:
    """Whether a cleaned 统一社会信用代码 has the right form and check character."""
    return bool(_CREDIT_FORM.fullmatch(code)) and credit_code_check_character(code[:17]) == code[17]


def organisation_number_check_digit(body: str) -> str:
    """The 10th digit for the first nine (Luhn)."""
    total = 0
    for position, character in enumerate(body):
        product = int(character) * (2 - position % 2)
        total += product - 9 if product > 9 else product
    return str(-total % 10)


def is_organisation_number(number: str) -> bool:
    """Whether a cleaned Swedish organisation number has the right form and check digit."""
    return (
        bool(re.fullmatch(r"\d{2}[2-9]\d{7}", number, re.ASCII))
        and organisation_number_check_digit(number[:9]) == number[9]
    )
