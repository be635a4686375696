"""The payment list as banks take it: Excel with the usual columns."""

import io

from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.cells import neutralised
from ledger.models import PaymentBatch
from ledger.selectors.batches import lines_of

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (6, 34, 34, 26, 16, 8, 40, 18, 14)


def payment_list_file(batch: PaymentBatch) -> bytes:
    """序号, 户名, 开户行, 账号, 金额, 币种, 用途, 业务参考号, SWIFT.

    Account numbers are text, so that no digit is lost; the reference comes back with the bank's answer.
    """
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(batch.number[:31])
    head = book.add_format({"bold": True, "bg_color": "#E3EEF0", "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})
    money = book.add_format({"num_format": "#,##0.00"})
    total = book.add_format({"num_format": "#,##0.00", "bold": True})
    heads = [
        _("No."), _("Account holder"), _("Bank and branch"), _("Account number"), _("Amount"), _("Currency"),
        _("Use of the money"), _("Payment reference"), "SWIFT",
    ]  # fmt: skip
    sheet.write_row(0, 0, heads, head)
    lines = lines_of(batch)
    for place, line in enumerate(lines, start=1):
        sheet.write_number(place, 0, line.number)
        sheet.write_string(place, 1, neutralised(line.holder))
        sheet.write_string(place, 2, neutralised(line.bank))
        sheet.write_string(place, 3, neutralised(line.account), text)
        sheet.write_number(place, 4, float(line.amount), money)
        sheet.write_string(place, 5, line.currency)
        sheet.write_string(place, 6, neutralised(line.purpose))
        sheet.write_string(place, 7, line.reference, text)
        sheet.write_string(place, 8, neutralised(line.swift))
    sheet.write_string(len(lines) + 1, 1, _("Total"), head)
    sheet.write_number(len(lines) + 1, 4, float(sum(line.amount for line in lines)), total)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(
        f"&L{batch.number} · SHA-256 {batch.list_sha256[:16]}&R{timezone.localtime():%Y-%m-%d %H:%M}"
    )
    book.close()
    return target.getvalue()
