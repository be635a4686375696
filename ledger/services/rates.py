"""Dated exchange rates from a file: one row for each pair and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction

from accounts.models import User
from core.enums import Currency
from core.errors import DomainError, Invalid, Refused
from core.models import ExchangeRate
from core.services import record_rate, refusal_of_rates
from exchange.reading.tables import read_rows
from exchange.sheets import Choice, Column, Kind

CURRENCIES = tuple(
    Choice(code, name_zh, code, aliases)
    for code, name_zh, aliases in (
        (Currency.CNY, "人民币", ("元", "RMB", "CNY")),
        (Currency.HKD, "港元", ("港币", "HKD")),
        (Currency.SEK, "瑞典克朗", ("克朗", "SEK")),
        (Currency.EUR, "欧元", ("EUR",)),
        (Currency.USD, "美元", ("USD",)),
    )
)
COLUMNS = (
    Column("currency", "货币", "Currency", Kind.CHOICE, required=True, aliases=("币种", "from", "外币")),
    Column("to_currency", "目标货币", "To", Kind.CHOICE, aliases=("折算货币", "本币", "to currency")),
    Column("on", "日期", "Date", Kind.DATE, required=True, aliases=("生效日期", "day", "on")),
    Column(
        "rate",
        "汇率",
        "Rate",
        Kind.DECIMAL,
        required=True,
        places=8,
        aliases=("中间价", "折算率", "exchange rate"),
    ),
    Column("source", "来源", "Source", longest=200, aliases=("出处",)),
)


@dataclass(frozen=True)
class RatesRead:
    """How many rates were new or corrected, how many were known, and which rows were refused."""

    written: int
    unchanged: int
    problems: tuple[tuple[int, str], ...]


@transaction.atomic
def import_rates(*, content: BinaryIO, name: str, actor: User, at: datetime) -> RatesRead:
    """Record the rates of an Excel or CSV file; the same file again changes nothing.

    Without a column for it the rate leads to yuan; without a source the file is the source. Rows that cannot
    be read are named, the others are written. Only the administrator of the installation may do this.
    """
    if not actor.is_superuser:
        raise Refused(refusal_of_rates())
    rows = read_rows(
        content, name, COLUMNS, year=at.year, choices={"currency": CURRENCIES, "to_currency": CURRENCIES}
    )
    written, problems = 0, []
    for row in rows:
        try:
            if row.problem:
                raise Invalid(row.problem)
            with transaction.atomic():
                written += _record(row.values, name, actor, at)
        except DomainError as error:
            problems.append((row.number, str(error)))
    return RatesRead(written, len(rows) - written - len(problems), tuple(problems))


def _record(values: Mapping[str, Any], name: str, actor: User, at: datetime) -> bool:
    """Whether it was new or corrected."""
    pair = {"currency": values["currency"], "to_currency": values.get("to_currency") or Currency.CNY}
    known = ExchangeRate.objects.filter(**pair, on=values["on"]).first()
    source = values.get("source") or (known.source if known else name[:200])
    if known is not None and known.rate == values["rate"] and known.source == source:
        return False
    record_rate(**pair, on=values["on"], rate=values["rate"], source=source, actor=actor, at=at)
    return True
