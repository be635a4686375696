"""Dated exchange rates: by REST one by one and as a file, rounded half up, and missing in clear words."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core.errors import Conflict
from core.models import ExchangeRate, HistoryEntry
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import Budget, Instalment
from ledger.services import Part, make_batch
from tests import factories
from tests.api import Api, is_problem
from tests.ledger import cases

pytestmark = pytest.mark.django_db

HKD = {"currency": "HKD", "to_currency": "CNY", "on": "2021-06-01", "rate": "0.82400000", "source": "示例"}


@pytest.fixture
def root(db: None) -> User:
    user = factories.make_user("root")
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    user.refresh_from_db()
    return user


def test_the_administrator_of_the_installation_records_rates_by_rest(
    root: User, bob: User, fiona: User
) -> None:
    is_problem(Api(fiona).post("exchange-rates/", HKD), 403, "refused")
    is_problem(Api(bob).post("exchange-rates/", HKD), 403, "refused")
    api = Api(root)
    first = api.post("exchange-rates/", HKD, Idempotency_Key="rate-1")
    again = api.post("exchange-rates/", HKD, Idempotency_Key="rate-1")
    assert (first.status_code, again.json()) == (201, first.json())
    corrected = api.post("exchange-rates/", {**HKD, "rate": "0.825"})
    assert corrected.json() == {**first.json(), "rate": "0.82500000"}
    for wrong in ({"rate": "0"}, {"rate": "-1"}, {"rate": "NaN"}, {"currency": "XXX"}, {"currency": "CNY"}):
        is_problem(api.post("exchange-rates/", {**HKD, **wrong}), 422, "invalid")
    assert ExchangeRate.objects.count() == 1
    assert HistoryEntry.objects.filter(action="rate.recorded").count() == 2
    listed = Api(fiona).get("exchange-rates/?currency=HKD&on_after=2021-06-01&on_before=2021-06-01").json()
    assert [row["rate"] for row in listed["results"]] == ["0.82500000"]


def test_a_file_of_rates_by_rest(root: User, fiona: User) -> None:
    def send(user: User, text: bytes) -> object:
        api = Api(user)
        file = SimpleUploadedFile("rates.csv", text)
        return api.client.post("/api/v1/exchange-rates/import/", {"file": file}, headers=api.headers)

    text = "货币,日期,汇率\n港元,2021-06-01,0.824\n瑞典克朗,2021-06-01,0.769\n美元,2021-6-31,6.4\n".encode(
        "gbk"
    )
    is_problem(send(fiona, text), 403, "refused")
    read = send(root, text).json()  # type: ignore[attr-defined]
    assert (read["written"], read["unchanged"], [row["row"] for row in read["problems"]]) == (2, 0, [4])
    assert send(root, text).json()["unchanged"] == 2  # type: ignore[attr-defined]
    is_problem(Api(root).post("exchange-rates/import/", {}), 422, "invalid")


@pytest.mark.parametrize(
    ("currency", "rate", "amount", "paid"),
    [
        ("HKD", "0.82400000", "100000.00", "121359.22"),  # …359.2233
        ("SEK", "0.64000000", "1.00", "1.56"),  # 1.5625
        ("EUR", "8.00000000", "0.04", "0.01"),  # 0.005 exactly: half up
        ("EUR", "8.00000000", "0.20", "0.03"),  # 0.025 exactly: half up, not to even
        ("USD", "6.40000000", "100.00", "15.63"),  # 15.625 exactly
    ],
)
def test_an_amount_abroad_is_rounded_half_up_to_the_cent(
    park: Park,
    budget: Budget,
    alice: User,
    bob: User,
    fiona: User,
    firm: Enterprise,
    zhangjiang: Incubator,
    currency: str,
    rate: str,
    amount: str,
    paid: str,
) -> None:
    row = waiting(budget, alice, bob, fiona, firm, zhangjiang, currency, amount)
    cases.rate(currency, "99", on=date(2021, 6, 2))  # of the day after
    cases.rate(currency, rate, on=date(2021, 5, 31))
    make_batch(park=park, instalments=[row], actor=fiona, at=cases.NOW)
    row.refresh_from_db()
    assert (row.pay_amount, row.pay_rate, row.pay_rate_on) == (
        Decimal(paid),
        Decimal(rate),
        date(2021, 5, 31),
    )


def test_a_missing_rate_is_named_with_who_can_record_it(
    park: Park,
    budget: Budget,
    alice: User,
    bob: User,
    fiona: User,
    firm: Enterprise,
    zhangjiang: Incubator,
) -> None:
    row = waiting(budget, alice, bob, fiona, firm, zhangjiang, "SEK", "100.00")
    cases.rate("SEK", "0.77", on=date(2021, 6, 2))
    with pytest.raises(Conflict) as refused:
        make_batch(park=park, instalments=[row], actor=fiona, at=cases.NOW)
    assert refused.value.code == "no_rate"
    assert "SEK→CNY" in str(refused.value)
    assert "2021-06-01" in str(refused.value)


def waiting(
    budget: Budget,
    alice: User,
    bob: User,
    fiona: User,
    firm: Enterprise,
    site: Incubator,
    currency: str,
    amount: str,
) -> Instalment:
    """One payment in that currency whose condition and account are confirmed."""
    plan = [Part(Decimal(amount), cases.DAY, pay_currency=currency)]
    commitment = cases.commit(budget, bob, amount=Decimal(amount), enterprise=firm, plan=plan)
    account = cases.make_account(firm, fiona, bob, currency=currency)
    return cases.ready(commitment.instalments.get(), alice, bob, account, site)
