"""The ten formulas as variables of OpenFisca-core, for the comparison in ``benchmarks.policies``."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

PERIOD = "2021"
SCALES = {"applied_rate": 1e6, "benchmark_rate": 1e6, "years": 100, "area_m2": 100, "rank": 1, "months": 1}

Enterprise = build_entity(key="enterprise", plural="enterprises", label="enterprise", is_person=True)


def _rise(e: Any, period: Any) -> Any:
    return np.maximum(e("current_yuan", period) - e("prior_yuan", period), 0)


def _first(e: Any, period: Any) -> Any:
    part = np.minimum(e("deductible_rd_yuan", period) * 0.1, 300_000)
    return e("recognised", period) * e("first_time", period) * (150_000 + part)


def _again(e: Any, period: Any) -> Any:
    return e("recognised", period) * e("recognised_before", period) * 100_000.0


def _listing(e: Any, period: Any) -> Any:
    return e("in_listing_pool", period) * np.minimum(_rise(e, period) * 0.2, 3_000_000)


def _growth(e: Any, period: Any) -> Any:
    rise, rank = _rise(e, period), e("rank", period)
    open_to = e("above_designated_size", period) * e("expense_verified", period)
    open_to = open_to * (rise >= 1_000_000) * (rank >= 1) * (rank <= 200)
    return open_to * np.minimum(rise * np.minimum(e("applied_rate", period), 0.2), 500_000)


def _interest(e: Any, period: Any) -> Any:
    loan = e("loan_yuan", period)
    counted = np.minimum(loan, 5_000_000) + np.maximum(np.minimum(loan, 10_000_000) - 5_000_000, 0) * 0.5
    return e("linked_product", period) * counted * e("benchmark_rate", period) * e("years", period)


def _match(e: Any, period: Any) -> Any:
    open_to = e("has_hkmo_univ_grant", period) * e("located_in_zone", period)
    return open_to * np.minimum(e("requested_yuan", period), e("grant_yuan", period))


def _cultivation(e: Any, period: Any) -> Any:
    open_to = e("in_cultivation_pool", period) * e("growth_potential", period)
    return open_to * np.minimum(e("city_yuan", period) + e("district_yuan", period), 100_000)


def _rent(e: Any, period: Any) -> Any:
    area, months = np.minimum(e("area_m2", period), 100), np.minimum(e("months", period), 36)
    open_to = e("talent_founded", period) * e("technology_company", period)
    return open_to * e("rent_yuan_m2_month", period) * area * months


def _pool(e: Any, period: Any) -> Any:
    left = np.maximum(100_000_000 - e("committed_yuan", period), 0)
    open_to = e("suzhou_company", period) * e("astri_project", period)
    return open_to * np.minimum(e("requested_yuan", period), left)


def _tax(e: Any, period: Any) -> Any:
    income = np.maximum(e("taxable_income_yuan", period), 0)
    return np.where(e("recognised", period), income * 0.15, income * 0.25)


FORMULAS = {
    "QD-FIRST": _first,
    "QD-RE": _again,
    "QD-LIST-RD": _listing,
    "QD-RDI": _growth,
    "QD-LOAN": _interest,
    "HETAO-MATCH": _match,
    "QD-CULTIVATE": _cultivation,
    "NJ-SPACE-STARTUP": _rent,
    "SZ-ASTRI": _pool,
    "QD-CIT": _tax,
}


def _variable(name: str, value_type: type, formula: Any = None) -> type[Variable]:
    body = {
        "value_type": value_type,
        "entity": Enterprise,
        "definition_period": DateUnit.YEAR,
        "label": name,
    }
    if formula is not None:
        body["formula"] = lambda entity, period: formula(entity, period)
    return type(name, (Variable,), body)


class Rival:
    """A simulation over all enterprises; ``amounts`` computes the ten variables afresh."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.system = TaxBenefitSystem([Enterprise])
        for name, values in facts.items():
            self.system.add_variable(_variable(name, bool if values.dtype == bool else float))
        for code, formula in FORMULAS.items():
            self.system.add_variable(_variable(code.replace("-", "_").lower(), float, formula))
        size = len(next(iter(facts.values())))
        self.simulation = SimulationBuilder().build_default_simulation(self.system, count=size)
        for name, values in facts.items():
            plain = values if values.dtype == bool else values / SCALES.get(name, 100)
            self.simulation.set_input(name, PERIOD, plain)

    def amounts(self) -> dict[str, Any]:
        found = {}
        for code in FORMULAS:
            name = code.replace("-", "_").lower()
            self.simulation.delete_arrays(name, PERIOD)
            found[code] = self.simulation.calculate(name, PERIOD)
        return found
