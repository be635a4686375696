"""The policy register: a YAML file of policies with formulas and worked examples
(``funding/data/policies.yaml``).

Policies from it are examples as reported in the press; nothing in it is presented as current law.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.db import transaction

from funding.calculator import BadTerms, Terms, read_terms
from funding.calculator.brief import brief
from funding.calculator.formulas import terms_of
from funding.calculator.given import BadFormula
from funding.enums import Computability, PolicyStatus
from funding.importers.loading import UnreadableError, load_yaml
from funding.models import Policy
from funding.services.library import Imported, keep_library_policy, keep_relation

REGISTER = Path(__file__).resolve().parents[1] / "data" / "policies.yaml"
#: The Chinese of the register's English texts, by code of the policy.
WORDS_ZH = REGISTER.with_name("words_zh.yaml")

KEYS = frozenset(
    [
        "id",
        "zh",
        "en",
        "region_zh",
        "issuer_zh",
        "document_zh",
        "beneficiaries",
        "eligibility",
        "formula",
        "modules",
        "selection",
        "computable",
        "currency",
        "status",
        "valid_from",
        "valid_to",
        "validity_note",
        "notes",
        "test_cases",
        "source",
        "lines",
        "quote_figures",
    ]
)
_TEXTS = [
    "zh",
    "en",
    "region_zh",
    "issuer_zh",
    "document_zh",
    "beneficiaries",
    "computable",
    "currency",
    "status",
    "validity_note",
    "notes",
    "source",
]
_CHOICES: Mapping[str, Sequence[str]] = MappingProxyType(
    {"status": PolicyStatus.values, "computable": Computability.values}
)
_NO_WORDS: Mapping[str, Any] = MappingProxyType({})
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class RegisterError(ValueError):
    """An entry that cannot be read; ``key`` names the part that is wrong, ``examples`` says how many worked
    examples go down with it (at least one, so that a broken entry is never counted as nothing)."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key
        self.examples = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One policy of the register, ready to compute. ``valid_until`` is the first day on which it is over."""

    code: str
    data: Mapping[str, Any]
    words: Mapping[str, Any]
    terms_data: dict[str, Any]
    terms: Terms
    valid_from: date | None
    valid_until: date | None
    cases: Sequence[Any]


def read_register(
    path: Path, words: Mapping[str, Mapping[str, Any]] = _NO_WORDS
) -> Iterator[tuple[str, Entry | RegisterError]]:
    """Every entry of the file with its code, or what is wrong with it. Raises ``RegisterError`` for a file
    that is no register at all."""
    try:
        data = load_yaml(path)
    except UnreadableError as error:
        raise RegisterError(str(path), str(error)) from error
    policies = data.get("policies") if isinstance(data, Mapping) else None
    if not isinstance(policies, list):
        raise RegisterError("policies", "a list of policies is expected under this key")
    seen: set[str] = set()
    for number, one in enumerate(policies, start=1):
        code = _code(one)
        try:
            if code in seen:
                raise RegisterError("id", f"{code[:60]} is there twice")
            if code:
                seen.add(code)
            yield code, read_entry(one, words.get(code, _NO_WORDS))
        except RegisterError as error:
            cases = one.get("test_cases") if isinstance(one, Mapping) else None
            error.examples = max(1, len(cases)) if isinstance(cases, list) else 1
            yield code or f"entry {number}", error


def _code(data: object) -> str:
    code = data.get("id") if isinstance(data, Mapping) else None
    return code if isinstance(code, str) else ""


def read_entry(data: object, words: Mapping[str, Any] = _NO_WORDS) -> Entry:
    """One entry. ``words`` holds the Chinese of its English texts under the same keys.

    Raises ``RegisterError`` with the name of the key that is wrong.
    """
    if not isinstance(data, Mapping):
        raise RegisterError("policies", "each policy is a mapping")
    for key in data:
        if key not in KEYS:
            raise RegisterError(str(key), "this key is not known")
    code = _code(data)
    if not code:
        raise RegisterError("id", "a policy has a code")
    _check_texts(data)
    terms_data, terms = _terms(data, words.get("eligibility") or {})
    cases = data.get("test_cases") or []
    if not isinstance(cases, list):
        raise RegisterError("test_cases", "a list is expected")
    start, until = _day(data, "valid_from", last=False), _day(data, "valid_to", last=True)
    if start and until and start >= until:
        raise RegisterError("valid_to", "a policy ends after it starts")
    return Entry(code, data, words, terms_data, terms, start, until, cases)


def _check_texts(data: Mapping[str, Any]) -> None:
    for key in _TEXTS:
        if data.get(key) is not None and not isinstance(data[key], str):
            raise RegisterError(key, f"text is expected, not {brief(data[key])}")
    for key, choices in _CHOICES.items():
        if data.get(key) is not None and data[key] not in choices:
            raise RegisterError(key, f"unknown_choice ({brief(data[key])})")


def _terms(data: Mapping[str, Any], chinese: Mapping[str, str]) -> tuple[dict[str, Any], Terms]:
    formula, eligibility = data.get("formula"), data.get("eligibility")
    if not isinstance(formula, Mapping):
        raise RegisterError("formula", "a mapping is expected")
    if eligibility is None:
        eligibility = {}
    if not isinstance(eligibility, Mapping):
        raise RegisterError("eligibility", "a mapping is expected")
    for key, text in eligibility.items():
        if not isinstance(key, str) or not isinstance(text, str):
            wrong = text if isinstance(key, str) else key
            raise RegisterError(f"eligibility.{key}", f"wrong_type ({brief(wrong)})")
    try:
        currency = data.get("currency") or "CNY"
        found = terms_of(formula, eligibility=eligibility, chinese=chinese, currency=currency)
        return found, read_terms(found)
    except BadFormula as error:
        raise RegisterError(error.key, f"{error.code} ({brief(error.value)})") from error
    except BadTerms as error:
        first = error.problems[0]
        raise RegisterError(f"formula.{first.path}", f"{first.code} ({brief(first.value)})") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RegisterError("formula", f"cannot be read: {error}") from error


def _day(data: Mapping[str, Any], key: str, *, last: bool) -> date | None:
    """A day, a month or a year; as an end, the whole of it is included."""
    value = data.get(key)
    if value is None:
        return None
    found = _DAY.fullmatch(str(value)) if isinstance(value, str | int | date) else None
    try:
        if found is None:
            raise ValueError
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        start = date(year, month, day)
    except ValueError:
        raise RegisterError(key, f"a day, a month or a year is expected, not {brief(value)}") from None
    if not last:
        return start
    if found[3]:
        return start + timedelta(days=1)
    return date(year + month // 12, month % 12 + 1, 1) if found[2] else date(year + 1, 1, 1)


@transaction.atomic
def load_register(*, at: datetime, path: Path = REGISTER) -> tuple[dict[str, Policy], int]:
    """Put the register into the library; loading it again changes nothing. Raises ``RegisterError``."""
    policies: dict[str, Policy] = {}
    touched = 0
    words = load_yaml(WORDS_ZH)
    for code, entry in read_register(path, words):
        if isinstance(entry, RegisterError):
            raise RegisterError(f"{code}.{entry.key}", str(entry))
        policies[code], changed = keep_library_policy(imported=_imported(entry), at=at)
        touched += changed
    for first, second, kind, clause in RELATIONS:
        if first in policies and second in policies:
            touched += keep_relation(policies[first], policies[second], kind=kind, clause=clause)
    return policies, touched


#: What the register's notes say about pairs of policies.
RELATIONS = (
    ("WX-TAIHU-TEAM", "WX-TAIHU-CASE", "higher", "二者取其一，不相加 (one or the other, never the sum)"),
    ("QD-FIRST", "QD-RE", "exclusive", "同一年内不能兼得 (mutually exclusive in one year)"),
    (
        "QD-LIST-RD",
        "QD-RDI",
        "same_base",
        "都以研发费用增量为基数 (both are computed from the growth of R&D expense)",
    ),
    ("HETAO-MATCH", "HETAO-YOUTH", "stacks", "生活补贴可以叠加 (living subsidies may be added on top)"),
)

_BASES = {
    "QD-FIRST": "rd_expense",
    "QD-LIST-RD": "rd_increase",
    "QD-RDI": "rd_increase",
}


def _imported(entry: Entry) -> Imported:
    data = entry.data
    text = {key: data.get(key) or "" for key in _TEXTS}
    descriptive = entry.terms.outcome == "none"
    return Imported(
        code=entry.code,
        values={
            "name_zh": text["zh"],
            "name_en": text["en"],
            "region_zh": text["region_zh"],
            "issuer_zh": text["issuer_zh"],
            "document_zh": text["document_zh"],
            "beneficiaries_zh": entry.words.get("beneficiaries", ""),
            "beneficiaries_en": text["beneficiaries"],
            "notes_zh": entry.words.get("notes", ""),
            "notes_en": text["notes"],
            "source": " ".join(filter(None, (text["source"], str(data.get("lines") or "")))),
            "status": PolicyStatus.PROPOSAL if data.get("status") == "proposal" else PolicyStatus.REPORTED,
            "computability": Computability.NONE if descriptive else text["computable"] or Computability.FULL,
            "base": _BASES.get(entry.code, ""),
        },
        terms=entry.terms_data,
        cases=[_plain(case) for case in entry.cases],
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        validity_note=text["validity_note"],
    )


def _plain(case: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in case.items() if value is not None}
