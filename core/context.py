"""What every page needs around its content: navigation, scope, demo accounts, languages."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """One entry of the main navigation; ``starts`` are the beginnings of the URL names below it."""

    label: str | Promise
    url_name: str
    icon: str
    starts: tuple[str, ...]


ENTRIES = (
    Entry(_("Home"), "home", "home", ("home",)),
    Entry(_("Projects"), "project-list", "route", ("project", "reported-project")),
    Entry(_("Incubators"), "incubator-list", "building-community", ("incubator", "park")),
    Entry(_("Enterprises"), "enterprise-list", "building", ("enterprise",)),
    Entry(_("Evaluation and reports"), "evaluation-home", "report-analytics", ("evaluation", "report-")),
    Entry(_("API reference"), "api-docs", "api", ("api-docs", "schema")),
    Entry(_("Settings"), "settings", "settings", ("settings", "account_", "mfa_", "token")),
)

DEMO_ACCOUNTS = (
    ("op-zhangjiang", _("Operator, Zhangjiang")),
    ("op-shenzhen", _("Operator, Shenzhen")),
    ("op-uppsala", _("Operator, Uppsala")),
    ("park-jiangyin", _("Administrator, Jiangyin")),
    ("park-wuxi", _("Administrator, Wuxi")),
    ("finance-jiangyin", _("Finance, Jiangyin")),
    ("expert-1", _("Expert")),
    ("auditor", _("Auditor")),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Entries of the side bar that exist in this installation, with the one that is open marked.

    ``scope_label`` and ``role_label`` come from ``incubators.web.context``: core knows no memberships.
    """
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "navigation": [_item(entry, _open_view(request)) for entry in ENTRIES if _exists(entry.url_name)]
        if signed_in
        else [],
        "demo_accounts": DEMO_ACCOUNTS if settings.DEMO_ACCOUNTS_ALLOWED and not signed_in else (),
        "has_search": signed_in and _exists("search"),
    }


def _item(entry: Entry, view_name: str) -> dict[str, Any]:
    return {
        "label": entry.label,
        "url": reverse(entry.url_name),
        "icon": entry.icon,
        "active": view_name.startswith(entry.starts),
    }


def _open_view(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return (match.view_name or "") if match else ""


def _exists(url_name: str) -> bool:
    try:
        reverse(url_name)
    except NoReverseMatch:
        return False
    return True
