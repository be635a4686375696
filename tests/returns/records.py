"""One record behind every address of returns, for the tests that walk all addresses."""

from django.utils import timezone

from accounts.models import User
from incubators.models import Incubator, OperatorContract
from returns.models import PeriodClose
from returns.services import open_returns
from tests.returns import cases
from tests.returns.cases import JULY


def addresses(bob: User, incubator: Incubator) -> dict[str, str]:
    """The park's administrator asked for two lines, and closed a period of long ago."""
    contract = OperatorContract.objects.filter(incubator=incubator).first()
    duty = cases.make_duty(incubator, bob, lines=("budget_yuan", "public_spend_yuan"), contract=contract)
    record = open_returns(incubators=[incubator], at=JULY)[0]
    closed = PeriodClose.objects.create(
        park=incubator.park,
        incubator=incubator,
        period="2017",
        starts_on="2017-01-01",
        ends_on="2018-01-01",
        closed_at=timezone.now(),
        closed_by=bob,
        updated_at=timezone.now(),
    )
    return {
        "return-duties/<id:pk>": f"return-duties/{duty.pk}",
        "returns/<id:pk>": f"returns/{record.pk}",
        "period-closes/<id:pk>": f"period-closes/{closed.pk}",
    }
