"""One record of funds and credit behind every address of the API."""

from accounts.models import User
from capital import services
from incubators.models import Incubator
from tests import factories
from tests.capital import cases


def addresses(alice: User, bob: User, site: Incubator) -> dict[str, str]:
    assert site.park is not None
    park = site.park
    firm = factories.make_enterprise(alice, site)
    fund, pool = cases.make_fund(park, bob), cases.make_pool(park, bob)
    product = cases.make_product(park, bob, largest_amount=50 * cases.MILLION, pool=pool)
    register = cases.make_list(park, bob)
    investment = cases.make_investment(alice, firm, fund)
    back = cases.make_exit(alice, investment)
    loan = cases.make_loan(alice, firm)
    link = services.link_loan(loan=loan, product=product, actor=alice, at=cases.NOW)
    recovery = cases.make_recovery(alice, cases.make_risk(alice, loan))
    claim = cases.make_claim(alice, loan)
    match = cases.make_match(alice, cases.make_event(alice, site), firm, product=product)
    return {
        "funds/<id:pk>": f"funds/{fund.pk}",
        "bank-products/<id:pk>": f"bank-products/{product.pk}",
        "credit-lists/<id:pk>": f"credit-lists/{register.pk}",
        "risk-pools/<id:pk>": f"risk-pools/{pool.pk}",
        "fund-investments/<id:pk>": f"fund-investments/{investment.pk}",
        "fund-exits/<id:pk>": f"fund-exits/{back.pk}",
        "pool-recoveries/<id:pk>": f"pool-recoveries/{recovery.pk}",
        "interest-subsidies/<id:pk>": f"interest-subsidies/{claim.pk}",
        "product-loans/<id:pk>": f"product-loans/{link.pk}",
        "matchmaking/<id:pk>": f"matchmaking/{match.pk}",
    }
