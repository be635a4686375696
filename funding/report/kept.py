"""Answers that are kept: the result as plain data, its checksum, and the same computed again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core import history
from funding.calculator import Result, evaluate, read_terms
from funding.calculator.cases import shown
from funding.models import PolicyAnswer, PolicyVersion


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the stored version says to the stored inputs now, and whether that is what was kept."""

    result: Mapping[str, Any]
    is_identical: bool
    checksum_fits: bool


def result_as_data(result: Result) -> dict[str, Any]:
    """The answer without words, so that it is the same in every language."""
    return {
        "answer": result.answer.value,
        "eligible": result.eligible,
        "amount": None if result.amount is None else f"{result.amount:f}",
        "potential": None if result.potential is None else f"{result.potential:f}",
        "currency": result.terms.currency,
        "up_to": result.terms.up_to,
        "outputs": {name: shown(value) for name, value in result.outputs.items()},
        "conditions": [{"key": one.condition.key, "answer": one.answer.value} for one in result.asked],
        "missing": list(result.missing),
    }


def checksum(
    version: PolicyVersion, *, as_of: Any, inputs: Mapping[str, Any], result: Mapping[str, Any]
) -> str:
    """SHA-256 over the canonical JSON of everything the answer rests on."""
    data = {
        "policy": version.policy.code,
        "version": version.number,
        "terms": version.terms,
        "as_of": str(as_of),
        "inputs": inputs,
        "result": result,
    }
    return hashlib.sha256(history.canonical(data)).hexdigest()


def recompute(answer: PolicyAnswer) -> Recomputed:
    """The same question again, from what was kept."""
    facts = {key: one["value"] for key, one in answer.inputs.items()}
    result = result_as_data(evaluate(read_terms(answer.version.terms), facts))
    fits = answer.sha256 == checksum(
        answer.version, as_of=answer.as_of, inputs=answer.inputs, result=answer.result
    )
    return Recomputed(result, result == answer.result, fits)
