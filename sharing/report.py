"""A sharing agreement as an Excel book: standing, lines of the computations, settlements, journal."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from exchange.cells import neutralised
from sharing.models import SharingAgreement, SharingLine, SharingPosting, SharingSettlement
from sharing.selectors import standing_of


class _Book:
    """A workbook whose texts are always texts and whose amounts are numbers to the fen."""

    def __init__(self, target: io.BytesIO) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(target, {"in_memory": True})
        self.head = self.book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.bold = self.book.add_format({"bold": True, "num_format": "#,##0.00"})
        self.money = self.book.add_format({"num_format": "#,##0.00"})
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})

    def sheet(
        self, name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], bold: int | None = None
    ) -> None:
        """``bold``: rows whose second cell is empty are sums and printed so, when it is given."""
        sheet = self.book.add_worksheet(name[:31])
        for column, text in enumerate(head):
            sheet.write_string(0, column, str(text), self.head)
        sheet.set_column(0, len(head) - 1, 18)
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows, start=1):
            is_sum = bold is not None and not row[bold]
            for column, value in enumerate(row):
                self._cell(sheet, number, column, value, is_sum)

    def _cell(self, sheet: Any, row: int, column: int, value: Any, is_sum: bool) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            sheet.write_string(row, column, neutralised(value), self.bold if is_sum else None)
        elif hasattr(value, "isoformat"):
            sheet.write_datetime(row, column, value, self.day)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        else:
            sheet.write_number(row, column, value, self.bold if is_sum else self.money)


def agreement_excel(agreement: SharingAgreement, user: Any) -> bytes:
    """Four sheets; every amount in the currency of the agreement; lines of the enterprises one may read."""
    target = io.BytesIO()
    book = _Book(target)
    unit = agreement.currency
    money = [f"{text} ({unit})" for text in (_("Promised"), _("Accrued"), _("Settled"), _("Not settled yet"))]
    book.sheet(
        _("Promised, accrued, settled"),
        [_("Year"), _("Party to the agreement"), *money],
        _standing(agreement),
        bold=1,
    )
    lines = [
        _("Year"), _("Computation"), _("What is shared"), _("Enterprise"), _("Landing day"),
        _("Verified figure"), _("Verified by"), _("Rate applied (%)"), _("Shared amount"),
    ]  # fmt: skip
    parties = list(agreement.parties.select_related("park", "organisation").order_by("position"))
    head = [*lines, *(party.name for party in parties), _("Digest")]
    book.sheet(_("Computed lines"), head, _lines(agreement, [party.pk for party in parties], user))
    head = [
        _("Day"), _("Kind of settlement"), _("For the year"), _("Against the year"), _("Paid by"),
        _("Paid to"), f"{_('Amount')} ({unit})", _("State"), _("Bank or file reference"),
    ]  # fmt: skip
    book.sheet(_("Settlements"), head, _settlements(agreement))
    head = [
        _("Day"), _("Entry"), _("Text of the booking"), _("Year"), _("Party to the agreement"), _("Side"),
        f"{_('Amount')} ({unit})", _("Key"),
    ]  # fmt: skip
    book.sheet(_("Journal"), head, _journal(agreement))
    book.book.close()
    return target.getvalue()


def _standing(agreement: SharingAgreement) -> Iterable[Sequence[Any]]:
    standing = standing_of(agreement)
    for year in standing.years:
        for row in year.rows:
            yield (year.year, row.party.name, row.promised, row.accrued, row.settled, row.open)
        sums = year.sums
        label = _("balance")
        yield (f"{year.year} {label}", "", sums.promised, sums.accrued, sums.settled, sums.open)
    for row in standing.totals:
        yield (_("all years"), row.party.name, row.promised, row.accrued, row.settled, row.open)


def _lines(agreement: SharingAgreement, parties: list[int], user: Any) -> Iterable[Sequence[Any]]:
    visible = SharingLine.objects.visible_to(user).filter(accrual__agreement=agreement)
    rows = visible.select_related("accrual", "term", "enterprise")
    for row in rows.order_by("accrual__year", "accrual__number", "term__base", "enterprise"):
        shares = [row.shares.get(str(party)) for party in parties]
        yield (
            row.accrual.year,
            row.accrual.number,
            row.term.get_base_display(),
            row.enterprise.name,
            row.landed_on,
            row.figure,
            row.verifier,
            f"{row.rate.normalize():f}",
            row.amount,
            *(Decimal(share) if share is not None else None for share in shares),
            row.accrual.digest,
        )


def _settlements(agreement: SharingAgreement) -> Iterable[Sequence[Any]]:
    rows = SharingSettlement.objects.filter(agreement=agreement).select_related(
        "payer__park", "payer__organisation", "payee__park", "payee__organisation"
    )
    for row in rows.order_by("on", "pk"):
        yield (
            row.on,
            row.get_kind_display(),
            row.year,
            row.counter_year,
            row.payer.name,
            row.payee.name,
            row.amount,
            row.get_state_display(),
            row.reference,
        )


def _journal(agreement: SharingAgreement) -> Iterable[Sequence[Any]]:
    rows = SharingPosting.objects.filter(entry__agreement=agreement).select_related(
        "entry", "account__party__park", "account__party__organisation"
    )
    for row in rows.order_by("entry__at", "entry", "account__party__position", "pk"):
        yield (
            row.entry.on,
            row.entry.get_kind_display(),
            row.entry.description,
            row.account.year,
            row.account.party.name,
            row.get_side_display(),
            row.amount,
            row.entry.key,
        )
