"""Demonstration: a policy of the Jiangyin park with a ceiling on R&D, answers, and one saved what-if."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core.demo import Loaded, told_at_once
from enterprises.models import Enterprise
from funding import services
from funding.importers import load_register
from funding.models import Policy, PolicyVersion, PortfolioRun, Proposal, StatedPolicyFact
from incubators.models import Park
from incubators.scope import Action, scope_of

PARK, ADMINISTRATOR = "jiangyin-htz", "park-jiangyin"
OPERATORS = ("op-zhangjiang", "op-shenzhen", "op-uppsala")
RD, WELCOME = "JY-DEMO-RD", "JY-DEMO-HNTE"
#: The sources speak of 2021 and the demonstration of the years after; the terms hold from then on.
HOLDS_FROM = date(2021, 1, 1)

TERMS: dict[str, Any] = {
    "currency": "CNY",
    "outcome": "award",
    "facts": [
        {
            "key": "rd_yuan",
            "kind": "money",
            "label_zh": "上年度研发费用",
            "label_en": "R&D expense of the last year",
            "source": "enterprise.rd_expense",
        },
        {
            "key": "has_rd_ledger",
            "kind": "flag",
            "label_zh": "已单独设立研发费用辅助账",
            "label_en": "keeps separate books for R&D expense",
        },
    ],
    "conditions": [
        {
            "key": "least",
            "clause": "第三条",
            "text_zh": "上年度研发费用 10 万元以上",
            "text_en": "R&D expense of at least 100,000 yuan in the last year",
            "test": {"op": "at_least", "left": {"op": "fact", "fact": "rd_yuan"}, "right": 100_000},
        },
        {
            "key": "ledger",
            "clause": "第四条",
            "text_zh": "单独设立研发费用辅助账",
            "text_en": "separate books for R&D expense",
            "test": {"op": "is", "fact": "has_rd_ledger"},
        },
    ],
    "amount": {
        "op": "cap",
        "clause": "第五条",
        "of": {"op": "times", "of": {"op": "fact", "fact": "rd_yuan"}, "by": [{"rate": "0.25"}]},
        "at": 500_000,
    },
}
CASES: list[dict[str, Any]] = [
    {
        "id": "JY-DEMO-RD-1",
        "boundary": "the ceiling binds",
        "inputs": {"rd_yuan": 2_500_001, "has_rd_ledger": True},
        "expected": {"eligible": True, "award_yuan": 500_000, "cap_binds": True},
    },
    {
        "id": "JY-DEMO-RD-2",
        "boundary": "one yuan short",
        "inputs": {"rd_yuan": 99_999, "has_rd_ledger": True},
        "expected": {"eligible": False, "award_yuan": 0},
    },
]
WELCOME_TERMS: dict[str, Any] = {
    "currency": "CNY",
    "outcome": "award",
    "facts": [
        {
            "key": "recognised",
            "kind": "flag",
            "label_zh": "高新技术企业证书在有效期内",
            "label_en": "holds a valid title as a high-tech enterprise",
        }
    ],
    "conditions": [{"key": "recognised", "clause": "第六条", "test": {"op": "is", "fact": "recognised"}}],
    "amount": {"op": "fixed", "amount": 50_000, "clause": "第六条"},
}


@transaction.atomic
def load(*, at: datetime) -> list[Loaded]:
    """The library, and the park's samples unless they are there: nothing is told twice."""
    library, touched = load_register(at=at)
    made = {
        "policies of the park": 0,
        "answers to policies": 0,
        "portfolio runs": 0,
        "proposals without application": 0,
    }
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    park, bob = Park.objects.filter(code=PARK).first(), people.get(ADMINISTRATOR)
    if park is not None and bob is not None and not Policy.objects.filter(code=RD).exists():
        with told_at_once():
            version = _policies(park, bob, at)
            made["policies of the park"] = 2
            made["answers to policies"] = _answers(park, version, people, at)
            _run(park, version, bob, at)
            made["portfolio runs"] = 1
            made["proposals without application"] = services.sweep(at=at)
    counts = {
        "policies of the park": Policy.objects.exclude(park=None),
        "answers to policies": StatedPolicyFact.objects.all(),
        "portfolio runs": PortfolioRun.objects.all(),
        "proposals without application": Proposal.objects.all(),
    }
    return [
        Loaded("policies of the library", len(library), touched),
        *(Loaded(name, rows.count(), made[name]) for name, rows in counts.items()),
    ]


def _policies(park: Park, bob: User, at: datetime) -> PolicyVersion:
    common = {
        "region_zh": "江阴高新区",
        "issuer_zh": "示例：江阴高新区管委会",
        "document_zh": "《示例：江阴高新区研发投入支持办法》",
        "notes_zh": "示例数据，非真实政策。",
    }
    first = services.create_policy(
        park=park,
        values={
            **common,
            "code": RD,
            "name_zh": "示例：研发投入支持",
            "name_en": "Example: support for R&D",
            "beneficiaries_zh": "园区内有研发投入的企业",
            "beneficiaries_en": "enterprises of the park with R&D",
            "base": "rd_expense",
        },
        actor=bob,
        at=at,
    )
    second = services.create_policy(
        park=park,
        values={
            **common,
            "code": WELCOME,
            "name_zh": "示例：高企免申即享奖励",
            "name_en": "Example: reward for high-tech enterprises without application",
            "beneficiaries_zh": "园区内的高新技术企业",
            "beneficiaries_en": "high-tech enterprises of the park",
            "without_application": True,
        },
        actor=bob,
        at=at,
    )
    _publish(second, WELCOME_TERMS, [], bob, at)
    return _publish(first, TERMS, CASES, bob, at)


def _publish(policy: Policy, terms: Any, cases: Any, bob: User, at: datetime) -> PolicyVersion:
    draft = services.start_version(policy=policy, actor=bob, at=at)
    draft = services.save_version(version=draft, values={"terms": terms, "cases": cases}, actor=bob, at=at)
    return services.publish_version(version=draft, valid_from=HOLDS_FROM, actor=bob, at=at)


def _answers(park: Park, version: PolicyVersion, people: dict[str, User], at: datetime) -> int:
    """Each operator answers for his enterprises, but for every third: a question is left to ask."""
    made = 0
    rows = Enterprise.objects.filter(park=park).select_related("park", "incubator").order_by("pk")
    for number, firm in enumerate(rows):
        operator = next(
            (people[name] for name in OPERATORS if name in people and _works(people[name], firm)), None
        )
        if operator is None or number % 3 == 2:
            continue
        services.state_policy_fact(
            applicant=firm,
            version=version,
            key="has_rd_ledger",
            value=True,
            on=at.astimezone(UTC).date(),
            note="示例：财务负责人电话确认",
            actor=operator,
            at=at,
        )
        made += 1
    return made


def _works(user: User, firm: Enterprise) -> bool:
    return scope_of(user).allows(Action.ENTER, park_id=firm.park_id, incubator_id=firm.incubator_id)


def _run(park: Park, version: PolicyVersion, bob: User, at: datetime) -> None:
    services.start_run(
        park=park,
        version=version,
        as_of=at.astimezone(UTC).date(),
        name="示例：上限由 50 万元降至 40 万元",
        overrides={"amount.at": 400_000},
        actor=bob,
        at=at,
    )
