"""Funds, bank products, lists and risk pools: kept by a park's administrator, or taken from a source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from capital.enums import FundStage
from capital.models import BankProduct, CreditList, Fund, FundInvestor, Offer, RiskPool
from capital.services.acting import remember, wrong
from core import history
from core.enums import Provenance
from core.errors import Conflict, Refused, Stale
from core.saving import assign, save_checked, values_of
from enterprises.enums import Guarantee
from enterprises.models import WhitelistEntry
from incubators.models import Organisation, Park
from incubators.scope import Action, require
from projects.models import Sector

O = TypeVar("O", bound=Offer)  # noqa: E741

_NAMES = ("name_zh", "name_en")
_SOURCE = ("source", "source_lines", "quote_figures", "as_of")
FIELDS: Mapping[type[Offer], tuple[str, ...]] = {
    Fund: (
        *_NAMES, "manager", "manager_name", "size_amount", "size_qualifier", "currency", "founded_on",
        "ends_on", "fields", "stages", "reinvests", "note", "external_id",
    ),
    BankProduct: (
        *_NAMES, "bank", "bank_name", "largest_amount", "largest_qualifier", "currency",
        "rate_lowest_percent", "rate_highest_percent", "term_months", "securities", "for_whom", "fields",
        "stages", "needs_list", "pool", "government_percent", "valid_from", "valid_until", "note",
        "external_id",
    ),
    CreditList: (
        *_NAMES, "authority", "document_number", "valid_from", "valid_until", "renewal_months", "note",
        "external_id",
    ),
    RiskPool: (
        *_NAMES, "keeper", "size_amount", "currency", "starts_on", "ends_on", "note", "external_id",
    ),
}  # fmt: skip
#: The first part of the names of acts in the history.
WORDS: Mapping[type[Offer], str] = {
    Fund: "fund",
    BankProduct: "bankproduct",
    CreditList: "creditlist",
    RiskPool: "riskpool",
}


@dataclass(frozen=True)
class Payer:
    """Who pays into a fund: an organisation of the directory or a name, and how much was promised."""

    organisation: Organisation | None = None
    name: str = ""
    amount: Decimal | None = None

    @property
    def words(self) -> str:
        return self.organisation.name_zh if self.organisation else self.name


@transaction.atomic
def save_offer(
    *,
    record: O,
    values: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    investors: Sequence[Payer] | None = None,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> O:
    """Enter a new fund, product, list or pool (its park set) or change a stored one.

    ``actor`` None is the system, which alone keeps what published sources report.
    """
    kind = type(record)
    is_new = record.pk is None
    if is_new:
        record.provenance, record.entered_by = provenance, actor
        record.created_at = record.updated_at = at
    else:
        found = kind._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
        if found is None:
            raise Conflict(_("This record has been deleted."), code="deleted")
        record = found
    _allowed(record, actor)
    if not is_new and expected_version is not None and record.version != expected_version:
        raise Stale(record)
    names = (*FIELDS[kind], *(_SOURCE if actor is None else ()))
    before = {} if is_new else values_of(record, names)
    assign(record, values, allowed=names)
    _check(record, actor)
    if isinstance(record, CreditList) and not is_new and record.name_zh != before["name_zh"]:
        _refuse_new_name(record, before["name_zh"])
    changes = {
        name: pair
        for name, pair in history.changed_fields(before, values_of(record, names)).items()
        if not is_new or pair[1] not in (None, "", [], False)
    }
    if changes or is_new:
        if not is_new:
            record.version, record.updated_at = record.version + 1, at
        save_checked(record)
    if investors is not None and isinstance(record, Fund):
        changes |= _set_investors(record, investors, at, is_new=is_new or bool(changes))
    if changes or is_new:
        remember(record, f"{WORDS[kind]}.{'created' if is_new else 'changed'}", changes, actor, at)
    return record


def _allowed(record: Offer, actor: User | None) -> None:
    if actor is None:
        return
    if record.park_id is None:
        raise Refused(_("This is kept as its source reports it. Enter one of the park's own instead."))
    require(Action.MANAGE, user=actor, park_id=record.park_id)


def _check(record: Any, actor: User | None) -> None:
    """Codes that lists of text cannot check, and links that lie in the same park."""
    if getattr(record, "fields", None):
        known = set(Sector.objects.filter(code__in=record.fields).values_list("code", flat=True))
        if unknown := [code for code in record.fields if code not in known]:
            raise wrong("fields", _("There is no sector “%(code)s”.") % {"code": unknown[0]}, "not_found")
    for name, words in (("stages", FundStage.values), ("securities", Guarantee.values)):
        if unknown := [code for code in getattr(record, name, None) or () if code not in words]:
            raise wrong(name, _("“%(code)s” cannot be chosen here.") % {"code": unknown[0]})
    for name in ("needs_list", "pool"):
        linked = getattr(record, name, None)
        if linked is not None and linked.park_id not in (None, record.park_id):
            raise wrong(name, _("Choose one of the records of this park."), "not_found")


def _refuse_new_name(register: CreditList, name: str) -> None:
    """Entries carry the name that stands in the document, and many are verified: it cannot slip from them."""
    entries = WhitelistEntry.objects.filter(list_name=name)
    if register.park_id is not None:
        entries = entries.filter(enterprise__park=register.park_id)
    if entries.exists():
        message = _("Enterprises stand on this list under the name “%(name)s”, so it stays.")
        raise wrong("name_zh", message % {"name": name}, "frozen")


def _set_investors(
    fund: Fund, wanted: Sequence[Payer], at: datetime, *, is_new: bool
) -> dict[str, list[Any]]:
    """Let these and no others pay into the fund."""
    before = [[str(row), row.committed_amount] for row in _investors(fund)]
    after = [[payer.words, payer.amount] for payer in wanted]
    if sorted(map(str, before)) == sorted(map(str, after)):
        return {}
    fund.investors.all().delete()
    for payer in wanted:
        save_checked(
            FundInvestor(
                fund=fund,
                organisation=payer.organisation,
                name="" if payer.organisation else payer.name,
                committed_amount=payer.amount,
            )
        )
    if not is_new:
        fund.version, fund.updated_at = fund.version + 1, at
        fund.save(update_fields=["version", "updated_at"])
    return {"investors": [before, after]}


def _investors(fund: Fund) -> list[FundInvestor]:
    return list(fund.investors.select_related("organisation").order_by("pk"))


def new_offer(kind: type[O], park: Park | None) -> O:
    """An empty one of this park."""
    return kind(park=park)
