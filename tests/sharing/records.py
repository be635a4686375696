"""One record of sharing behind every address of the API."""

from accounts.models import User
from incubators.models import Incubator
from sharing import services
from tests import factories
from tests.sharing import cases


def addresses(alice: User, bob: User, site: Incubator) -> dict[str, str]:
    assert site.park is not None
    fiona = cases.make_finance(site.park, "fiona-of-shares")
    agreement = cases.make_agreement(site, bob)
    version = cases.agree(cases.write_terms(agreement, bob), bob, fiona)
    firm = factories.make_enterprise(alice, site)
    cases.figures(cases.landed(alice, site, firm=firm), 2021, alice, bob)
    accrual = services.book_accrual(agreement=agreement, year=2021, actor=bob, at=cases.NOW)
    settlement = cases.settle(agreement, fiona, amount=5)
    return {
        "sharing-agreements/<id:pk>": f"sharing-agreements/{agreement.pk}",
        "sharing-versions/<id:pk>": f"sharing-versions/{version.pk}",
        "sharing-accruals/<id:pk>": f"sharing-accruals/{accrual.pk}",
        "sharing-settlements/<id:pk>": f"sharing-settlements/{settlement.pk}",
        "sharing-entries/<id:pk>": f"sharing-entries/{accrual.entry.pk}",
    }
