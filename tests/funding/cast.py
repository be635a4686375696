"""A policy of the park for tests: support for R&D with a ceiling, and its first version."""

from datetime import date
from typing import Any

from accounts.models import User
from funding import services
from funding.models import Policy, PolicyVersion
from incubators.models import Park
from tests.factories import NOW

TERMS: dict[str, Any] = {
    "currency": "CNY",
    "outcome": "award",
    "facts": [
        {"key": "landed", "kind": "flag", "label_zh": "已落户", "label_en": "landed"},
        {"key": "rd_yuan", "kind": "money", "label_zh": "研发费用", "label_en": "R&D expense"},
    ],
    "conditions": [
        {"key": "landed", "clause": "第三条", "test": {"op": "is", "fact": "landed"}},
        {
            "key": "rd",
            "clause": "第四条",
            "text_zh": "研发费用一百万元以上",
            "text_en": "R&D expense of at least one million yuan",
            "test": {"op": "at_least", "left": {"op": "fact", "fact": "rd_yuan"}, "right": 1_000_000},
        },
    ],
    "amount": {
        "op": "cap",
        "clause": "第五条",
        "of": {"op": "times", "of": {"op": "fact", "fact": "rd_yuan"}, "by": [{"rate": "0.10"}]},
        "at": 500_000,
    },
}
CASES: list[dict[str, Any]] = [
    {
        "id": "JY-RD-1",
        "inputs": {"landed": True, "rd_yuan": 2_000_000},
        "expected": {"eligible": True, "award_yuan": 200_000, "cap_binds": False},
    }
]


def make_policy(park: Park, bob: User, *, code: str = "JY-RD", **values: Any) -> Policy:
    given = {"code": code, "name_zh": "示例研发支持", "name_en": "Sample R&D support", **values}
    return services.create_policy(park=park, values=given, actor=bob, at=NOW)


def make_draft(policy: Policy, bob: User, **values: Any) -> PolicyVersion:
    draft = services.start_version(policy=policy, actor=bob, at=NOW)
    given = {"terms": TERMS, "cases": CASES, **values}
    return services.save_version(version=draft, values=given, actor=bob, at=NOW)


def make_version(
    policy: Policy, bob: User, *, valid_from: date = date(2021, 1, 1), **values: Any
) -> PolicyVersion:
    return services.publish_version(
        version=make_draft(policy, bob, **values), valid_from=valid_from, actor=bob, at=NOW
    )
