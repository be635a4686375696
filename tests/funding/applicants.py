"""An enterprise with figures and titles for tests of matching, and policies of its park."""

from datetime import date
from typing import Any

from accounts.models import User
from enterprises import services as enterprises
from enterprises.models import Enterprise
from funding import services
from funding.models import Policy, PolicyVersion, Proposal
from incubators.models import Incubator, Park
from tests.factories import NOW, make_enterprise
from tests.funding.cast import TERMS, make_policy, make_version

DAY = date(2021, 6, 1)


def make_firm(
    alice: User,
    zhangjiang: Incubator,
    bob: User | None = None,
    *,
    rd: Any = None,
    year: int = 2020,
    **values: Any,
) -> Enterprise:
    """An enterprise, with R&D expense of a year where told; verified where Bob is given."""
    firm = make_enterprise(alice, zhangjiang, **values)
    if rd is not None:
        figures = enterprises.enter_yearly_figures(
            enterprise=firm, year=year, values={"rd_expense_amount": rd}, actor=alice, at=NOW
        )
        if bob is not None:
            enterprises.verify_yearly_figures(figures=figures, actor=bob, at=NOW)
    return firm


def make_title(firm: Enterprise, alice: User, bob: User | None, kind: str = "hnte", **values: Any) -> Any:
    given = {"kind": kind, "granted_on": date(2020, 12, 1), "certificate_number": "GR2020-1", **values}
    title = enterprises.enter_recognition(enterprise=firm, values=given, actor=alice, at=NOW)
    return enterprises.verify_recognition(recognition=title, actor=bob, at=NOW) if bob else title


def fixed(amount: int, *conditions: str, **more: Any) -> dict[str, Any]:
    """Terms of a fixed sum for whoever meets these flags."""
    return {
        "currency": "CNY",
        "outcome": "award",
        "facts": [
            {"key": key, "kind": "flag", "label_zh": f"条件{key}", "label_en": f"condition {key}"}
            for key in conditions
        ],
        "conditions": [
            {"key": key, "clause": f"第{number}条", "test": {"op": "is", "fact": key}}
            for number, key in enumerate(conditions, start=1)
        ],
        "amount": {"op": "fixed", "amount": amount},
        **more,
    }


def offer(park: Park, bob: User, code: str, terms: dict[str, Any], **values: Any) -> PolicyVersion:
    """A published version of a new policy of the park, without worked examples."""
    rules = {
        key: values.pop(key) for key in ("places", "tie_rule", "budget_yuan", "cut_rule") if key in values
    }
    policy = make_policy(park, bob, code=code, **values)
    return make_version(policy, bob, terms=terms, cases=[], **rules)


def rd_policy(park: Park, bob: User, code: str = "JY-RD", **values: Any) -> Policy:
    """10% of R&D expense for those with at least a million, up to 500,000."""
    return offer(
        park,
        bob,
        code,
        {**TERMS, "conditions": TERMS["conditions"][1:], "facts": TERMS["facts"][1:]},
        **values,
    ).policy


def addresses(alice: User, bob: User, zhangjiang: Incubator) -> dict[str, str]:
    """One record of Zhangjiang's park behind every address of policies and matching."""
    assert zhangjiang.park is not None
    firm = make_firm(alice, zhangjiang)
    make_title(firm, alice, bob, certificate_number="GR2020-9")
    version = offer(zhangjiang.park, bob, "JY-ADDR", fixed(1, "recognised"), without_application=True)
    services.sweep(at=NOW)
    run = services.start_run(park=zhangjiang.park, version=version, as_of=DAY, name="x", actor=bob, at=NOW)
    proposal = Proposal.objects.get(version=version, enterprise=firm)
    return {
        "policies/<code:code>": f"policies/{version.policy.code}",
        "policy-versions/<id:pk>": f"policy-versions/{version.pk}",
        "policy-proposals/<id:pk>": f"policy-proposals/{proposal.pk}",
        "portfolio-runs/<id:pk>": f"portfolio-runs/{run.pk}",
    }
