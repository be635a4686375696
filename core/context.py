"""What every page needs around its content: navigation, scope, demo accounts, languages."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Tab:
    """One page list inside a section; ``starts`` are the beginnings of the URL names below it.

    ``only_if`` names a value of the page's context, such as ``may_verify``, that decides who is offered it.
    """

    label: str | Promise
    url_name: str
    starts: tuple[str, ...]
    only_if: str = ""


@dataclass(frozen=True)
class Entry:
    """One entry of the main navigation: the section that its tabs make up, or a single page."""

    label: str | Promise
    icon: str
    tabs: tuple[Tab, ...]


ENTRIES = (
    Entry(
        _("Home"),
        "home",
        (
            Tab(_("To do"), "home", ("home", "search")),
            Tab(_("Due dates"), "due-calendar", ("due-",)),
            Tab(_("Notices"), "notice-list", ("notice-",)),
        ),
    ),
    Entry(
        _("Projects"),
        "route",
        (
            Tab(_("Managed projects"), "project-list", ("project-",)),
            Tab(_("Leads"), "lead-list", ("lead-",)),
            Tab(_("Events and contacts"), "event-list", ("event-", "contact-")),
            Tab(_("Mandates"), "mandate-list", ("mandate-",)),
            Tab(_("Agreements"), "agreement-list", ("agreement-",)),
            Tab(_("Excel import"), "import-home", ("import-",), "may_enter"),
            Tab(_("Duplicates"), "duplicate-list", ("duplicate-", "merge-"), "may_enter"),
            Tab(_("Projects reported in the press"), "reported-project-list", ("reported-project-",)),
        ),
    ),
    Entry(
        _("Incubators"),
        "building-community",
        (
            Tab(
                _("Incubators"),
                "incubator-list",
                ("incubator-", "park-", "contract-", "target-", "organisation-", "reported-figure"),
            ),
            Tab(_("Spaces"), "space-list", ("space-", "occupancy-")),
            Tab(_("Service tickets"), "ticket-list", ("ticket-",)),
            Tab(_("Mentors and services"), "mentor-list", ("mentor-", "service-")),
        ),
    ),
    Entry(
        _("Enterprises"),
        "building",
        (
            Tab(_("Enterprises"), "enterprise-list", ("enterprise-", "recognition-", "yearly-")),
            Tab(_("Growth ladder"), "ladder", ("ladder",)),
            Tab(_("Intellectual property"), "ip-list", ("ip-",)),
            Tab(_("Talents"), "talent-list", ("talent-",)),
            Tab(_("Financing"), "financing-list", ("financing-",)),
        ),
    ),
    Entry(
        _("Returns and evaluation"),
        "report-analytics",
        (
            Tab(_("Period returns"), "return-list", ("return-",)),
            Tab(_("Evaluation"), "evaluation-home", ("evaluation", "report-")),
        ),
    ),
    Entry(
        _("Policies and funding"),
        "coins",
        (
            Tab(_("Policies"), "policy-list", ("policy-",)),
            Tab(_("Entitlements"), "entitlement-list", ("entitlement-",)),
            Tab(_("Applications"), "application-list", ("application-", "programme-")),
            Tab(_("Portfolio runs"), "portfolio-list", ("portfolio-",)),
            Tab(_("Expert reviews"), "review-list", ("review-", "expert-")),
            Tab(_("Contests"), "contest-list", ("contest-", "challenge-")),
            Tab(_("Budgets"), "budget-list", ("budget-", "ledger-")),
            Tab(_("Payments"), "payment-list", ("payment-", "batch-")),
            Tab(_("Benefit sharing"), "sharing-list", ("sharing-",)),
            Tab(_("Funds and credit"), "fund-list", ("fund-", "credit-")),
        ),
    ),
    Entry(
        _("Settings"),
        "settings",
        (
            Tab(_("Profile"), "settings", ("settings", "account_", "mfa_")),
            Tab(_("E-mail digest"), "digest-settings", ("digest-",)),
            Tab(_("API tokens"), "token-list", ("token-",)),
            Tab(_("People and roles"), "membership-list", ("membership-",), "may_manage_people"),
            Tab(_("Stage gates"), "gate-table-list", ("gate-table-",)),
            Tab(_("Exchange rates"), "exchange-rate-list", ("exchange-rate",)),
            Tab(_("History check"), "history-check", ("history-",), "may_check_history"),
            Tab(_("API reference"), "api-docs", ("api-docs", "schema")),
        ),
    ),
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
    sections = [_section(entry, _open_view(request)) for entry in ENTRIES] if signed_in else []
    return {
        "navigation": [section for section in sections if section["tabs"]],
        "section_tabs": next((section["tabs"] for section in sections if section["active"]), []),
        "demo_accounts": DEMO_ACCOUNTS if settings.DEMO_ACCOUNTS_ALLOWED and not signed_in else (),
        "has_search": signed_in and _exists("search"),
    }


def _section(entry: Entry, view_name: str) -> dict[str, Any]:
    tabs = [
        {
            "label": tab.label,
            "url": reverse(tab.url_name),
            "active": _is_open(tab, view_name),
            "only_if": tab.only_if,
        }
        for tab in entry.tabs
        if _exists(tab.url_name)
    ]
    return {
        "label": entry.label,
        "icon": entry.icon,
        "url": tabs[0]["url"] if tabs else "",
        "tabs": tabs,
        "active": any(tab["active"] for tab in tabs),
    }


def _is_open(tab: Tab, view_name: str) -> bool:
    return view_name == tab.url_name or view_name.startswith(tab.starts)


def _open_view(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return (match.view_name or "") if match else ""


def _exists(url_name: str) -> bool:
    try:
        reverse(url_name)
    except NoReverseMatch:
        return False
    return True
