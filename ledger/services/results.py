"""The bank's answer, read from its file: which payment arrived when, which failed and why."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, DomainError
from core.saving import save_checked
from exchange.reading.tables import ReadRow, read_rows
from exchange.sheets import Choice, Column, Kind
from incubators.models import Park
from incubators.scope import Action, require
from ledger.enums import InstalmentState
from ledger.models import BankResult, Instalment
from ledger.services.booking import day_in
from ledger.services.payments import bounce_payment, pay_commitment

PAID, FAILED = "paid", "failed"
OUTCOMES = (
    Choice(PAID, "成功", "paid", ("交易成功", "已到账", "已付款", "支付成功", "success", "succeeded", "ok")),
    Choice(
        FAILED, "失败", "failed", ("交易失败", "退票", "退汇", "支付失败", "failure", "rejected", "returned")
    ),
)
COLUMNS = (
    Column(
        "reference", "业务参考号", "Reference", required=True, longest=60,
        aliases=("参考号", "业务编号", "流水号", "客户业务编号", "用途参考号", "payment reference"),
    ),
    Column(
        "outcome", "处理结果", "Result", Kind.CHOICE, required=True,
        aliases=("结果", "交易状态", "状态", "处理状态", "status"),
    ),
    Column(
        "on", "到账日期", "Paid on", Kind.DATE,
        aliases=("付款日期", "交易日期", "入账日期", "date", "value date"),
    ),
    Column("amount", "金额", "Amount", Kind.MONEY, aliases=("交易金额", "付款金额", "支付金额")),
    Column(
        "reason", "失败原因", "Reason", longest=300, aliases=("原因", "备注", "附言", "退票原因", "message")
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One row of the bank's file, understood."""

    row: int
    reference: str
    outcome: str
    on: date | None
    amount: Decimal | None
    reason: str


def read_bank_result(*, park: Park, content: BinaryIO, name: str, actor: User, at: datetime) -> BankResult:
    """Read a file of the bank and book what it says. The same file again changes nothing.

    A row that cannot be booked is named in ``problems`` with its number and the reason; the others are
    booked. Raises ``Invalid`` for a file that is no table or lacks the columns of reference and result.
    """
    require(Action.PAY, user=actor, park_id=park.pk)
    content.seek(0)
    digest = hashlib.sha256(content.read()).hexdigest()
    content.seek(0)
    known = BankResult.objects.filter(park=park, sha256=digest).first()
    if known is not None:
        return known
    answers, problems = _read(content, name, at)
    with transaction.atomic():
        result = BankResult(
            park=park,
            name=name[:255] or "result",
            sha256=digest,
            read_at=at,
            read_by=actor,
            problems=problems,
        )
        save_checked(result)
        _book_answers(result, answers, actor, at)
        result.problems.sort(key=lambda problem: problem["row"])
        result.save(update_fields=["paid", "failed", "unchanged", "problems"])
        history.record(
            chain=park.chain,
            action="batch.answered",
            subject=result,
            changes={
                "sha256": ["", digest],
                "paid": [0, result.paid],
                "failed": [0, result.failed],
                "problems": [0, len(result.problems)],
            },
            actor=actor,
            at=at,
        )
    return result


def _read(content: BinaryIO, name: str, at: datetime) -> tuple[list[Answer], list[dict[str, Any]]]:
    """Rows that were understood, and those that were not with the reason."""
    rows = read_rows(content, name, COLUMNS, year=at.year, choices={"outcome": OUTCOMES})
    problems = [{"row": row.number, "reference": "", "message": row.problem} for row in rows if row.problem]
    return [_answer(row) for row in rows if not row.problem], problems


def _answer(row: ReadRow) -> Answer:
    values = row.values
    return Answer(
        row.number,
        str(values.get("reference") or "").upper(),
        str(values.get("outcome") or ""),
        values.get("on"),
        values.get("amount"),
        str(values.get("reason") or ""),
    )


def _book_answers(result: BankResult, answers: list[Answer], actor: User, at: datetime) -> None:
    found = _instalments(result.park, [answer.reference for answer in answers])
    for answer in answers:
        instalment = found.get(answer.reference)
        if instalment is None:
            message = _("No payment of this park has the reference “%(reference)s”.") % {
                "reference": answer.reference
            }
            _tell(result, answer, message)
            continue
        try:
            with transaction.atomic():
                done = _book_answer(result, answer, instalment, actor, at)
        except DomainError as error:
            _tell(result, answer, str(error))
            continue
        setattr(result, done, getattr(result, done) + 1)


def _tell(result: BankResult, answer: Answer, message: str) -> None:
    result.problems.append({"row": answer.row, "reference": answer.reference, "message": message})


def _instalments(park: Park, references: list[str]) -> dict[str, Instalment]:
    """The payments behind the references of one file, in one query."""
    ids = {part for part in (_commitment_id(text) for text in references) if part is not None}
    rows = Instalment.objects.filter(commitment__budget__park=park, commitment__in=ids).select_related(
        "commitment__budget__park", "commitment__incubator"
    )
    return {row.payment_reference: row for row in rows}


def _commitment_id(reference: str) -> int | None:
    digits = reference.removeprefix("C").partition("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) < 18 else None


def _book_answer(
    result: BankResult, answer: Answer, instalment: Instalment, actor: User, at: datetime
) -> str:
    """Which count of the result it adds to."""
    instalment = Instalment.objects.select_related("commitment__budget__park", "commitment__incubator").get(
        pk=instalment.pk
    )
    if answer.outcome == PAID:
        if instalment.state == InstalmentState.RECEIVED:
            return "unchanged"
        if answer.amount is not None and answer.amount != instalment.pay_amount:
            raise Conflict(
                _("The bank paid %(paid)s, but the list said %(asked)s.")
                % {"paid": f"{answer.amount:,}", "asked": f"{instalment.pay_amount or 0:,}"},
                code="other_amount",
            )
        pay_commitment(
            instalment=instalment,
            on=answer.on or day_in(result.park, at),
            key=payment_key(instalment),
            actor=actor,
            at=at,
        )
        return "paid"
    if instalment.state == InstalmentState.BOUNCED:
        return "unchanged"
    bounce_payment(
        instalment=instalment,
        on=answer.on or day_in(result.park, at),
        reason=answer.reason or _("The bank gave no reason."),
        actor=actor,
        at=at,
    )
    return "failed"


def payment_key(instalment: Instalment) -> str:
    """One key for each time an instalment is sent: however often it is confirmed, it is booked once."""
    return f"payment:{instalment.payment_reference}:{instalment.bounces + 1}"


@transaction.atomic
def receive_many(*, instalments: list[Instalment], on: date, actor: User, at: datetime) -> int:
    """The same received date for many payments at once; those that are in already are left as they are."""
    done = 0
    for row in sorted(instalments, key=lambda row: (row.commitment.budget_id, row.commitment_id, row.pk)):
        if row.state == InstalmentState.RECEIVED:
            continue
        pay_commitment(instalment=row, on=on, key=payment_key(row), actor=actor, at=at)
        done += 1
    return done
