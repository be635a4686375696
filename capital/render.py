"""Why an offer suits an enterprise or does not, in words."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from capital.calculator import About, Reason, Terms, Wish, judge, verdict
from capital.enums import Fit, FundStage
from capital.models import BankProduct, Fund
from enterprises.enums import Guarantee
from projects.models import Sector

FITS = {True: Fit.FITS, None: Fit.OPEN, False: Fit.AGAINST}
_ORDER = {Fit.FITS: 0, Fit.OPEN: 1, Fit.AGAINST: 2}


@dataclass(frozen=True)
class Suggestion:
    """One offer with the points for it, against it, and those not known."""

    offer: BankProduct | Fund
    fit: Fit
    pro: list[str]
    contra: list[str]
    unknown: list[str]

    @property
    def is_fund(self) -> bool:
        return isinstance(self.offer, Fund)


def suggestions(offers: list[tuple[Any, Terms]], wish: Wish) -> list[Suggestion]:
    """What suits first, then what has to be found out, then what does not suit; within each by name."""
    codes = {code for _offer, terms in offers for code in terms.fields}
    names = {row.code: row.name for row in Sector.objects.filter(code__in=codes)} if codes else {}
    found = []
    for offer, terms in offers:
        reasons = judge(terms, wish)
        said: dict[bool | None, list[str]] = {True: [], False: [], None: []}
        for reason in reasons:
            said[reason.holds].append(words_of(reason, terms, wish, names))
        found.append(Suggestion(offer, FITS[verdict(reasons)], said[True], said[False], said[None]))
    return sorted(found, key=lambda one: _ORDER[one.fit])


def words_of(reason: Reason, terms: Terms, wish: Wish, names: dict[str, str]) -> str:
    told = _POINTS[reason.about](terms, wish, names)
    return told[reason.holds] or told[None]


Told = dict[bool | None, str]


def _sum(amount: Any, currency: str) -> str:
    return f"{amount:,.2f}".removesuffix(".00") + f" {currency}"


def _valid(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    end = date_format(terms.ends_on, "Y-m-d") if terms.ends_on else ""
    return {
        True: _("is on offer until %(day)s") % {"day": end} if end else _("is on offer"),
        False: _("is not on offer on this day"),
        None: "",
    }


def _currency(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    return {
        True: _("counts in %(currency)s") % {"currency": terms.currency},
        False: _("counts in %(currency)s, needed are %(other)s")
        % {"currency": terms.currency, "other": wish.currency},
        None: "",
    }


def _amount(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    most = _sum(terms.largest or 0, terms.currency)
    if wish.amount is None:
        return {
            None: _("at most %(most)s; the amount needed is not said") % {"most": most},
            True: "",
            False: "",
        }
    need = _sum(wish.amount, wish.currency)
    return {
        True: _("%(need)s lie within the largest line of %(most)s") % {"need": need, "most": most},
        False: _("%(need)s are above the largest line of %(most)s") % {"need": need, "most": most},
        None: _("%(need)s are above the reported %(most)s; ask the bank") % {"need": need, "most": most},
    }


def _left(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    return {
        True: _("the fund has that much left"),
        False: _("the fund has not that much left"),
        None: "",
    }


def _field(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    wanted = "、".join(names.get(code, code) for code in sorted(terms.fields))
    return {
        True: _("works in a focus field: %(fields)s") % {"fields": wanted},
        False: _("focus fields are %(fields)s; the projects work in others") % {"fields": wanted},
        None: _("focus fields are %(fields)s; no project names the field of the enterprise")
        % {"fields": wanted},
    }


def _stage(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    wanted = "、".join(str(FundStage(code).label) for code in FundStage.values if code in terms.stages)
    return {
        True: _("is for this stage: %(stages)s") % {"stages": wanted},
        False: _("is for another stage: %(stages)s") % {"stages": wanted},
        None: _("is for: %(stages)s; the stage is not said") % {"stages": wanted},
    }


def _security(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    wanted = "、".join(str(Guarantee(code).label) for code in Guarantee.values if code in terms.securities)
    return {
        True: _("takes this security: %(securities)s") % {"securities": wanted},
        False: _("takes other securities: %(securities)s") % {"securities": wanted},
        None: _("takes: %(securities)s; the security is not said") % {"securities": wanted},
    }


def _list(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    return {
        True: _("stands on “%(list)s”, verified") % {"list": terms.list_name},
        False: _("does not stand on “%(list)s” (verified, today)") % {"list": terms.list_name},
        None: "",
    }


def _place(terms: Terms, wish: Wish, names: dict[str, str]) -> Told:
    words = _("known from the press only; ask whether it is open to enterprises of this park")
    return {None: words, True: "", False: ""}


_POINTS = {
    About.VALID: _valid,
    About.CURRENCY: _currency,
    About.AMOUNT: _amount,
    About.LEFT: _left,
    About.FIELD: _field,
    About.STAGE: _stage,
    About.SECURITY: _security,
    About.LIST: _list,
    About.PLACE: _place,
}
