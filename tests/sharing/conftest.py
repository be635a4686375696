import pytest

from accounts.models import User
from incubators.models import Incubator, Park
from sharing.models import SharingAgreement
from tests import factories
from tests.sharing import cases


@pytest.fixture
def fiona(park: Park) -> User:
    return cases.make_finance(park)


@pytest.fixture
def beate(park: Park) -> User:
    """The park's other administrator."""
    return factories.make_park_admin(park, "beate")


@pytest.fixture
def agreement(zhangjiang: Incubator, bob: User, beate: User) -> SharingAgreement:
    """Agreed for 2021 to 2023."""
    found = cases.make_agreement(zhangjiang, bob)
    cases.agree(cases.write_terms(found, bob), bob, beate)
    return found
