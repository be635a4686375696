"""A portfolio run as rows in ranking order, in words, and as an Excel file."""

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exchange.cells import neutralised
from funding.calculator import FactSpec
from funding.calculator.parameters import parameters_of
from funding.models import PortfolioRun
from funding.render.parameters import parameter_words
from funding.render.trace import label_of_fact, number, percent
from funding.render.wording import sum_words

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shown_rows(run: PortfolioRun) -> list[dict[str, Any]]:
    """Everybody, by place and then by name; those without a place last. Money in whole units."""
    inputs, result = run.inputs or [], run.result or {}
    variant = result.get("variant") or [None] * len(inputs)
    rows = [
        _row(given, base, other)
        for given, base, other in zip(inputs, result.get("base", []), variant, strict=True)
    ]
    rows.sort(key=lambda row: (row["place"] is None, row["place"] or 0, row["name"], row["id"]))
    _mark_cut(rows)
    return rows


def _row(
    given: Mapping[str, Any], base: Mapping[str, Any], other: Mapping[str, Any] | None
) -> dict[str, Any]:
    chinese = (get_language() or "").startswith("zh")
    name = given["name_zh"] if chinese else given["name_en"] or given["name_zh"]
    granted = _units(base["granted_fen"])
    varied = None if other is None else _units(other["granted_fen"])
    return {
        "id": given["id"],
        "name": name or given["name_zh"] or given["name_en"],
        "incubator": given["incubator"],
        "is_estimate": not all(fact["verified"] for fact in given["facts"].values()),
        "place": base["place"],
        "tied": base["tied"],
        "standing": base["standing"],
        "eligible": base["eligible"],
        "is_open": base["eligible"] is None or (base["eligible"] and base["wanted_fen"] is None),
        "wanted": None if base["wanted_fen"] is None else _units(base["wanted_fen"]),
        "granted": granted,
        "variant": varied,
        "variant_standing": other["standing"] if other else "",
        "variant_place": other["place"] if other else None,
        "difference": Decimal(0) if varied is None else varied - granted,
        "words": standing_words(base),
        "variant_words": standing_words(other) if other else "",
        "is_cut": False,
    }


def _mark_cut(rows: list[dict[str, Any]]) -> None:
    """The first row below the cut-off line."""
    for before, row in zip([None, *rows], rows, strict=False):
        if before is not None and before["standing"] == "in" and row["standing"] in ("out", "tied"):
            row["is_cut"] = True
            return


def _units(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def standing_words(line: Mapping[str, Any]) -> str:
    """Where an applicant stands, in a word."""
    if line["eligible"] is None:
        return _("facts missing")
    if line["eligible"] is False:
        return _("not entitled")
    if line["wanted_fen"] is None:
        return _("no amount yet")
    return {"in": _("gets it"), "out": _("below the line"), "tied": _("tied, to be decided")}[
        line["standing"]
    ]


def changes_of(run: PortfolioRun) -> list[tuple[str, str, str]]:
    """What the variant changes: name, number in the version, number of the variant."""
    version, found = run.version, []
    known = {one.path: one for one in parameters_of(version.terms)}
    for path, value in run.overrides.items():
        if path == "places":
            found.append((_("number of places"), _or_none(version.places), number(Decimal(str(value)))))
        elif path == "budget_yuan":
            found.append((_("budget of a round"), _or_none(version.budget_yuan), number(Decimal(str(value)))))
        elif path in known:
            words = parameter_words(version.terms, known[path])
            new = Decimal(str(value))
            written = {"rate": percent(new), "money": sum_words(new, version.compiled().currency)}
            found.append((words.label, words.shown, written.get(words.kind, number(new))))
    names = {str(row["id"]): row["name_zh"] or row["name_en"] for row in run.inputs or []}
    facts = {str(row["id"]): row["facts"] for row in run.inputs or []}
    for pk, changed in run.changed.items():
        for key, value in changed.items():
            spec = version.compiled().facts[key]
            before = facts.get(pk, {}).get(key, {}).get("value")
            label = f"{names.get(pk, pk)} · {label_of_fact(spec)}"
            found.append((label, _fact_words(before, spec), _fact_words(value, spec)))
    return found


def _or_none(value: Any) -> str:
    return _("no limit") if value is None else number(Decimal(str(value)))


def _fact_words(value: Any, spec: FactSpec) -> str:
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list) or spec.kind == "choice":
        return str(value)
    return percent(Decimal(str(value))) if spec.kind == "rate" else number(Decimal(str(value)))


def portfolio_file(run: PortfolioRun) -> bytes:
    """The ranking as Excel: base, variant, difference, in whole units of the currency."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(_("Ranking")[:31])
    head = book.add_format({"bold": True, "bg_color": "#E3EEF0", "text_wrap": True, "valign": "top"})
    money = book.add_format({"num_format": "#,##0.00"})
    total = book.add_format({"num_format": "#,##0.00", "bold": True})
    currency = run.version.compiled().currency
    heads = [_("Rank"), _("Enterprise"), _("Incubator"), _("By the terms"), _("Base"), _("Standing")]
    if run.is_what_if:
        heads += [_("Variant"), _("Standing in the variant"), _("Difference")]
    sheet.write_row(
        0, 0, [f"{word} ({currency})" if word in _money_heads() else word for word in heads], head
    )
    rows = shown_rows(run)
    for line, row in enumerate(rows, start=1):
        if row["place"] is not None:
            sheet.write_number(line, 0, row["place"])
        sheet.write_string(line, 1, neutralised(row["name"]))
        sheet.write_string(line, 2, neutralised(row["incubator"]))
        if row["wanted"] is not None:
            sheet.write_number(line, 3, float(row["wanted"]), money)
        sheet.write_number(line, 4, float(row["granted"]), money)
        sheet.write_string(line, 5, row["words"])
        if run.is_what_if:
            sheet.write_number(line, 6, float(row["variant"]), money)
            sheet.write_string(line, 7, row["variant_words"])
            sheet.write_number(line, 8, float(row["difference"]), money)
    last = len(rows) + 1
    sheet.write_string(last, 1, _("Total"), head)
    sheet.write_number(last, 4, float(sum(row["granted"] for row in rows)), total)
    if run.is_what_if:
        sheet.write_number(last, 6, float(sum(row["variant"] for row in rows)), total)
        sheet.write_number(last, 8, float(sum(row["difference"] for row in rows)), total)
    for column, width in enumerate((8, 40, 22, 16, 16, 18, 16, 18, 16)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{run.version} · {run.as_of} · SHA-256 {run.sha256[:16]}&R&P / &N")
    notes = book.add_worksheet(_("What was changed")[:31])
    notes.write_row(0, 0, [_("Number or fact"), _("In the version"), _("In the variant")], head)
    for line, change in enumerate(changes_of(run), start=1):
        notes.write_row(line, 0, [neutralised(change[0]), *change[1:]])
    notes.set_column(0, 0, 50)
    notes.set_column(1, 2, 24)
    book.close()
    return target.getvalue()


def _money_heads() -> frozenset[str]:
    return frozenset({_("By the terms"), _("Base"), _("Variant"), _("Difference")})
