"""One record of money behind every address of the API."""

from accounts.models import User
from incubators.models import Incubator
from ledger.models import BankResult
from ledger.services import propose_change
from tests import factories
from tests.ledger import cases


def addresses(alice: User, bob: User, site: Incubator) -> dict[str, str]:
    assert site.park is not None
    park = site.park
    fiona = cases.make_finance(park, "fiona-of-records")
    firm = factories.make_enterprise(alice, site)
    budget = cases.make_budget(park, fiona, bob)
    change = propose_change(
        budget=budget,
        kind="increase",
        amount=cases.Decimal(5),
        reason="示例",
        evidence=cases.make_document(park, fiona),
        actor=fiona,
        at=cases.NOW,
    )
    account = cases.make_account(firm, fiona, bob)
    commitment = cases.commit(budget, bob, enterprise=firm)
    row = cases.ready(commitment.instalments.get(), alice, bob, account, site)
    batch = cases.sent([row], park, fiona, bob)
    result = BankResult.objects.create(park=park, name="r", sha256="0", read_at=cases.NOW, read_by=fiona)
    rate = cases.rate("HKD", "0.9")
    return {
        "exchange-rates/<id:pk>": f"exchange-rates/{rate.pk}",
        "budgets/<id:pk>": f"budgets/{budget.pk}",
        "budget-changes/<id:pk>": f"budget-changes/{change.pk}",
        "commitments/<id:pk>": f"commitments/{commitment.pk}",
        "ledger-entries/<id:pk>": f"ledger-entries/{commitment.entries.get().pk}",
        "instalments/<id:pk>": f"instalments/{row.pk}",
        "payment-batches/<id:pk>": f"payment-batches/{batch.pk}",
        "bank-accounts/<id:pk>": f"bank-accounts/{account.pk}",
        "bank-results/<id:pk>": f"bank-results/{result.pk}",
    }
