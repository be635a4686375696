"""The formulas of the policy register (``facts/policies.yaml``), written out as terms.

The register names each formula by a type and a few numbers; a version holds the terms that these stand for,
so that every policy, imported or typed, is computed by the same few terms.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from funding.calculator.given import BadFormula, Given

__all__ = ["BadFormula", "terms_of"]

Data = dict[str, Any]
Formula = Mapping[str, Any]
_NO_WORDS: Mapping[str, str] = MappingProxyType({})


def terms_of(
    formula: Formula,
    *,
    eligibility: Mapping[str, str],
    currency: str,
    chinese: Mapping[str, str] = _NO_WORDS,
) -> Data:
    """Terms as data for one entry of the register. Every key of ``eligibility`` is a condition that must
    hold; ``chinese`` has its words under the same key.

    Raises ``BadFormula`` for an unknown type, a missing number, or a key that the type does not have.
    """
    kind = formula.get("type")
    builder = _BUILDERS.get(kind) if isinstance(kind, str) else None
    if builder is None:
        raise BadFormula("formula.type", "unknown_choice", kind)
    reader = Given(formula, "formula", _NOTES)
    body = builder(reader)
    manual = reader.flag("manual_decision")
    reader.close()
    conditions: list[Data] = [
        _flag_condition(key, words, chinese.get(key, ""), manual=manual) for key, words in eligibility.items()
    ]
    facts: list[Data] = [
        {"key": key, "kind": "flag", **_words("label", words, chinese.get(key, ""))}
        for key, words in eligibility.items()
    ]
    known = {fact["key"] for fact in facts}
    facts += [fact for fact in body.pop("facts", []) if fact["key"] not in known]
    conditions += body.pop("conditions", [])
    return {"currency": currency, "facts": facts, "conditions": conditions, **body}


#: Descriptions that accompany a formula and compute nothing.
_NOTES = frozenset(
    {"type", "base", "per", "rate_basis", "standard_rate_note", "period", "budget_yuan", "firms"}
)


def _words(name: str, english: str, chinese: str) -> Data:
    """The text in the languages in which there is one."""
    return {f"{name}_en": english} | ({f"{name}_zh": chinese} if chinese else {})


def _flag_condition(key: str, english: str, chinese: str, *, manual: bool) -> Data:
    op = "decision" if manual and key.endswith("decision") else "is"
    return {"key": key, **_words("text", english, chinese), "test": {"op": op, "fact": key}}


def _fact(key: str, kind: str = "money", **more: Any) -> Data:
    return {"key": key, "kind": kind, **more}


def _of(key: str) -> Data:
    return {"op": "fact", "fact": key}


def _capped(of: Data, at: object, **more: Any) -> Data:
    return {"op": "cap", "of": of, "at": at, **more}


def _times(of: Data, *by: Data) -> Data:
    return {"op": "times", "of": of, "by": list(by)}


def _none(read: Given) -> Data:
    return {"outcome": "none"}


def _ceiling(read: Given) -> Data:
    return {
        "facts": [_fact("requested_yuan")],
        "amount": _capped(_of("requested_yuan"), read.money("cap_yuan")),
        "up_to": True,
    }


def _track_ceiling(read: Given) -> Data:
    caps = read.mapping("caps_yuan")
    cases = {track: _capped(_of("requested_yuan"), caps.money(track)) for track in caps.data}
    return {
        "facts": [_fact("track", "choice", choices=list(cases)), _fact("requested_yuan")],
        "amount": {"op": "choose", "by": "track", "cases": cases},
        "up_to": True,
    }


def _size_floor(read: Given) -> Data:
    comparison = "more_than" if read.flag("strict") else "at_least"
    test = {"op": comparison, "left": _of("size_yuan"), "right": read.money("floor_yuan")}
    return {
        "outcome": "compliance",
        "facts": [_fact("size_yuan")],
        "conditions": [{"key": "size", "test": test}],
    }


def _pool(read: Given) -> Data:
    within = {
        "op": "within",
        "of": _of("requested_yuan"),
        "limit": read.money("pool_yuan"),
        "used": "committed_yuan",
        "remaining": "remaining_yuan",
    }
    return {"facts": [_fact("committed_yuan"), _fact("requested_yuan")], "amount": within, "up_to": True}


def _headroom(read: Given) -> Data:
    within = {
        "op": "within",
        "of": _of("requested_yuan"),
        "limit": read.money("limit_yuan"),
        "used": "existing_line_yuan",
    }
    return {
        "outcome": "line",
        "facts": [_fact("existing_line_yuan"), _fact("requested_yuan")],
        "amount": within,
        "up_to": True,
    }


def _area_quota(read: Given) -> Data:
    area = {"fact": "area_m2", "at_most": read.number("area_cap_m2", "number"), "output": "free_m2"}
    months = {"fact": "months", "at_most": read.number("months_cap", "count"), "output": "free_months"}
    return {
        "facts": [_fact("area_m2", "number"), _fact("months", "count"), _fact("rent_yuan_m2_month")],
        "amount": _times(_of("rent_yuan_m2_month"), area, months),
    }


def _area_floor(read: Given) -> Data:
    value = _times(
        _of("rent_yuan_m2_month"),
        {"fact": "offered_m2"},
        {"fact": "months", "at_most": read.number("months_cap", "count")},
    )
    return {
        "facts": [_fact("offered_m2", "number"), _fact("months", "count"), _fact("rent_yuan_m2_month")],
        "amount": {
            "op": "floor",
            "fact": "offered_m2",
            "at_least": read.number("area_floor_m2", "number"),
            "of": value,
        },
    }


def _range(read: Given) -> Data:
    low, high = read.money("min_yuan"), read.money("max_yuan")
    if Decimal(str(low)) > Decimal(str(high)):
        raise read.wrong("min_yuan", "low_above_high", low)
    amount = {"op": "range", "of": _of("assessed_yuan"), "low": low, "high": high}
    return {"facts": [_fact("assessed_yuan")], "amount": amount}


def _principal_capped_interest(read: Given) -> Data:
    principal = _capped(
        {"op": "total", "fact": "loans_yuan"},
        read.money("principal_cap_yuan"),
        binds="",
        output="eligible_principal_yuan",
    )
    return {
        "facts": [
            _fact("loans_yuan", "money_list"),
            _fact("subsidy_rate", "rate"),
            _fact("years", "number"),
        ],
        "amount": _times(principal, {"fact": "subsidy_rate"}, {"fact": "years"}),
    }


def _banded_interest(read: Given) -> Data:
    above = "0" if read.data.get("above_last_band") is None else read.share("above_last_band")
    read.seen.add("above_last_band")
    counted = {"op": "bands", "of": _of("loan_yuan"), "bands": _bands(read), "above": above}
    return {
        "facts": [_fact("loan_yuan"), _fact("benchmark_rate", "rate"), _fact("years", "number")],
        "amount": _times(counted, {"fact": "benchmark_rate"}, {"fact": "years"}),
    }


def _bands(read: Given) -> list[Data]:
    bands: list[Data] = []
    for row in read.rows("bands"):
        end = row.number("up_to_yuan", "money", zero=False)
        if bands and Decimal(str(end)) <= Decimal(str(bands[-1]["up_to"])):
            raise row.wrong("up_to_yuan", "not_ascending", end)
        bands.append({"up_to": end, "share": row.share("share")})
        row.close()
    return bands


def _ceiling_or_manual(read: Given) -> Data:
    key = read.text("manual_key")
    return {
        "facts": [_fact(key, "flag"), _fact("requested_yuan")],
        "amount": {
            "op": "decided",
            "when": key,
            "of": _capped(_of("requested_yuan"), read.money("cap_yuan")),
        },
        "up_to": True,
    }


def _match_capped(read: Given) -> Data:
    at = _times(_of("grant_yuan"), {"rate": read.rate("max_ratio")})
    return {
        "facts": [_fact("grant_yuan"), _fact("requested_yuan")],
        "amount": _capped(_of("requested_yuan"), at),
        "up_to": True,
    }


def _quota(read: Given) -> Data:
    place = {"op": "place", "rank": "rank", "places": read.number("quota", "count", zero=False)}
    return {"outcome": "place", "facts": [_fact("rank", "count")], "amount": place}


def _sum_capped(read: Given) -> Data:
    parts = ("city_yuan", "district_yuan")
    total = {"op": "sum", "of": [_of(part) for part in parts]}
    return {"facts": [_fact(part) for part in parts], "amount": _capped(total, read.money("cap_yuan"))}


def _fixed_plus_rate_capped(read: Given) -> Data:
    part = _capped(
        _times(_of("deductible_rd_yuan"), {"rate": read.rate("rate")}), read.money("rate_part_cap_yuan")
    )
    amount = {"op": "sum", "of": [{"op": "fixed", "amount": read.money("fixed_yuan")}, part]}
    return {"facts": [_fact("deductible_rd_yuan")], "amount": amount}


def _fixed(read: Given) -> Data:
    return {"amount": {"op": "fixed", "amount": read.money("amount_yuan")}}


def _tax_rate(read: Given) -> Data:
    income = {"op": "positive", "of": _of("taxable_income_yuan")}
    return {
        "outcome": "tax",
        "facts": [_fact("taxable_income_yuan", "signed_money")],
        "amount": _times(income, {"rate": read.rate("rate")}),
        "otherwise": _times(income, {"rate": read.rate("standard_rate")}),
    }


_INCREASE = {"op": "increase", "current": "current_yuan", "prior": "prior_yuan"}
_YEARS = [_fact("prior_yuan"), _fact("current_yuan")]


def _increment_rate_capped(read: Given) -> Data:
    return {
        "facts": _YEARS,
        "amount": _capped(_times(_INCREASE, {"rate": read.rate("rate")}), read.money("cap_yuan")),
    }


def _increment_rate_ranked(read: Given) -> Data:
    comparison = "at_least" if read.flag("min_increase_inclusive", default=True) else "more_than"
    rate = {"fact": "applied_rate", "at_most": read.rate("max_rate")}
    return {
        "facts": [*_YEARS, _fact("rank", "count"), _fact("applied_rate", "rate")],
        "conditions": [
            {
                "key": "increase",
                "test": {"op": comparison, "left": _INCREASE, "right": read.money("min_increase_yuan")},
            },
            {
                "key": "rank",
                "test": {
                    "op": "ranked",
                    "fact": "rank",
                    "places": read.number("rank_cutoff", "count", zero=False),
                },
            },
        ],
        "amount": _capped(_times(_INCREASE, rate), read.money("cap_yuan")),
    }


def _budget_exposure(read: Given) -> Data:
    once = {"op": "at_most", "left": _of("with_one_off"), "right": _of("firms")}
    yearly = _times({"op": "fixed", "amount": read.money("per_firm_cap_yuan")}, {"fact": "firms"})
    one_off = _times({"op": "fixed", "amount": read.money("per_firm_one_off_yuan")}, {"fact": "with_one_off"})
    return {
        "outcome": "exposure",
        "facts": [_fact("firms", "count"), _fact("with_one_off", "count")],
        "conditions": [{"key": "with_one_off", "test": once}],
        "amount": {"op": "sum", "of": [yearly, one_off]},
    }


_BUILDERS: Mapping[str, Callable[[Given], Data]] = {
    "none": _none,
    "ceiling": _ceiling,
    "track_ceiling": _track_ceiling,
    "size_floor": _size_floor,
    "pool": _pool,
    "headroom": _headroom,
    "area_quota": _area_quota,
    "area_floor": _area_floor,
    "range": _range,
    "principal_capped_interest": _principal_capped_interest,
    "banded_interest": _banded_interest,
    "ceiling_or_manual": _ceiling_or_manual,
    "match_capped": _match_capped,
    "quota": _quota,
    "sum_capped": _sum_capped,
    "fixed_plus_rate_capped": _fixed_plus_rate_capped,
    "fixed": _fixed,
    "tax_rate": _tax_rate,
    "increment_rate_capped": _increment_rate_capped,
    "increment_rate_ranked": _increment_rate_ranked,
    "budget_exposure": _budget_exposure,
}
