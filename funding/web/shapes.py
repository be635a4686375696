"""The usual shapes of an amount, to start from: each gives terms whose numbers are then edited."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from funding.calculator.formulas import terms_of

#: Formulas of the register with numbers to be changed.
SHAPES: Mapping[str, tuple[str | Promise, Mapping[str, Any]]] = {
    "ceiling": (_("what is asked for, up to a ceiling"), {"cap_yuan": 1_000_000}),
    "fixed": (_("a fixed sum"), {"amount_yuan": 100_000}),
    "increment_rate_capped": (
        _("a share of the growth over the year before, up to a ceiling"),
        {"rate": "0.20", "cap_yuan": 500_000},
    ),
    "increment_rate_ranked": (
        _("a share of the growth for the first in a ranking"),
        {
            "max_rate": "0.20",
            "cap_yuan": 500_000,
            "min_increase_yuan": 1_000_000,
            "min_increase_inclusive": True,
            "rank_cutoff": 200,
        },
    ),
    "fixed_plus_rate_capped": (
        _("a fixed sum and a share of R&D expense up to a ceiling"),
        {"fixed_yuan": 150_000, "rate": "0.10", "rate_part_cap_yuan": 300_000},
    ),
    "banded_interest": (
        _("interest of a loan, in bands"),
        {
            "bands": [
                {"up_to_yuan": 5_000_000, "share": "1"},
                {"up_to_yuan": 10_000_000, "share": "0.5"},
            ],
            "above_last_band": "0",
        },
    ),
    "principal_capped_interest": (
        _("interest of loans up to a principal"),
        {"principal_cap_yuan": 30_000_000},
    ),
    "match_capped": (_("a share of a grant received elsewhere"), {"max_ratio": "1.0"}),
    "pool": (_("from a pool, as long as it lasts"), {"pool_yuan": 10_000_000}),
    "headroom": (_("a credit line within a limit"), {"limit_yuan": 20_000_000}),
    "range": (
        _("an assessed amount within a range"),
        {"min_yuan": 500_000, "max_yuan": 3_500_000},
    ),
    "area_quota": (_("rent: area × months, both limited"), {"area_cap_m2": 100, "months_cap": 36}),
    "area_floor": (_("rent of an area that is promised"), {"area_floor_m2": 500, "months_cap": 36}),
    "track_ceiling": (
        _("a ceiling for each track"),
        {"caps_yuan": {"startup": 3_000_000, "innovation": 1_000_000}},
    ),
    "ceiling_or_manual": (
        _("a ceiling, or case by case for the outstanding"),
        {"cap_yuan": 3_000_000, "manual_key": "top_talent"},
    ),
    "sum_capped": (_("two parts together up to a ceiling"), {"cap_yuan": 100_000}),
    "quota": (_("a number of places"), {"quota": 300}),
    "tax_rate": (_("a reduced rate of tax"), {"rate": "0.15", "standard_rate": "0.25"}),
    "none": (_("nothing to compute: described only"), {}),
}

#: What a shape replaces of the terms.
PARTS = ("outcome", "amount", "otherwise", "up_to")


def shape_terms(code: str, *, currency: str) -> dict[str, Any]:
    """Terms of the shape: facts, conditions it brings with it, outcome and amount."""
    _label, numbers = SHAPES[code]
    return terms_of({"type": code, **numbers}, eligibility={}, currency=currency)
