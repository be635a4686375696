"""Load the invented records: site by site, each in one transaction, everything in the order of its dates."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

from django.db import connection, transaction
from django.urls import get_resolver

from accounts.models import User
from core.demo import Loaded, told_at_once
from core.enums import Provenance
from core.models import ExchangeRate
from evaluation.demo.cast import Cast, Event
from evaluation.demo.reading import document
from evaluation.demo.side_by_side import run_two_at_a_time
from evaluation.demo.site import site_events
from evaluation.demo.storing import store
from evaluation.demo.story import Story, external_id
from incubators.enums import OrganisationKind
from incubators.models import Incubator, Organisation
from projects.models import Project, Sector

OPERATORS = {
    "jy-uppsala": "op-uppsala",
    "jy-zhangjiang": "op-zhangjiang",
    "jy-shenzhen-incubator": "op-shenzhen",
    "wxhtz-gba-centre": "park-wuxi",
}
LARGEST_FIRST = ("jy-zhangjiang", "jy-uppsala", "jy-shenzhen-incubator", "wxhtz-gba-centre")
RATE_SOURCE = "示例汇率"


def load_samples(*, at: datetime) -> list[Loaded]:
    """Rates, fictional operators, then the history of each site up to ``at``."""
    done = [_load_rates(), _load_operators(at)]
    if _is_first_load():
        return done + _load_sites_side_by_side(at)
    return done + [_load_site(code, at) for code in OPERATORS]


def _is_first_load() -> bool:
    """Whether there is enough to do for several processes, and no open transaction hides it from them."""
    return (
        not connection.in_atomic_block
        and not Project.objects.filter(provenance=Provenance.DEMONSTRATION).exists()
    )


def _load_sites_side_by_side(at: datetime) -> list[Loaded]:
    """Sites share nothing that is written, so two of them at a time are told in processes of their own.

    Notices name addresses: what these need is read once here instead of in each process.
    """
    assert get_resolver().reverse_dict
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    done = run_two_at_a_time(partial(_load_site, at=at), LARGEST_FIRST)
    sections = dict(zip(LARGEST_FIRST, done, strict=True))
    return [sections[code] for code in OPERATORS]


def _cast(code: str) -> Cast:
    """At a site whose only account is its park's administrator nobody is there to verify."""
    sites = {site.code: site for site in Incubator.objects.select_related("park").filter(code__in=OPERATORS)}
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    site = sites[code]
    assert site.park is not None
    has_second_person = OPERATORS[code].startswith("op-")
    return Cast(
        park=site.park,
        incubator=site,
        operator=people[OPERATORS[code]],
        administrator=people["park-jiangyin"] if has_second_person else None,
        finance=people["finance-jiangyin"] if has_second_person else None,
        sectors={sector.code: sector for sector in Sector.objects.all()},
        incubators=sites,
    )


def _load_site(code: str, at: datetime) -> Loaded:
    """Play what is not recorded yet, oldest first; nothing that lies in the future."""
    with told_at_once():
        return _tell_site(code, at)


def _tell_site(code: str, at: datetime) -> Loaded:
    cast = _cast(code)
    rows = document("sample_projects")[code]
    known = set(Project.objects.filter(incubator=cast.incubator).values_list("external_id", flat=True))
    new = [(serial, row) for serial, row in enumerate(rows, start=1) if external_id(row) not in known]
    events = [*site_events(cast)] if cast.administrator else []
    for serial, row in new:
        events += Story(row, cast, (1 + list(OPERATORS).index(code)) * 1000 + serial).events()
    played = _play(events, until=at)
    return Loaded(f"sample projects of {code}", len(rows), len(new) if played else 0)


def _play(events: list[Event], *, until: datetime) -> int:
    due = sorted((event for event in events if event.at <= until), key=lambda event: event.at)
    for event in due:
        event.act(event.at.astimezone(UTC))
    return len(due)


@transaction.atomic
def _load_rates() -> Loaded:
    """Example rates. One that somebody recorded for the same day stays."""
    rates = [
        ExchangeRate(currency=currency, on=day, rate=Decimal(rate), source=RATE_SOURCE)
        for currency, by_day in document("sample_contracts")["rates"].items()
        for day, rate in by_day.items()
    ]
    known = set(ExchangeRate.objects.filter(to_currency="CNY").values_list("currency", "on"))
    new = [rate for rate in rates if (rate.currency, _day(rate.on)) not in known]
    ExchangeRate.objects.bulk_create(new)
    return Loaded("example exchange rates", len(rates), len(new))


def _day(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


@transaction.atomic
def _load_operators(at: datetime) -> Loaded:
    """Fictional parties of the contracts: no real operator gets an invented fee or target."""
    rows = [
        {
            "code": operator["code"],
            "name_zh": operator["zh"],
            "name_en": operator["en"],
            "kind": OrganisationKind.OPERATOR,
            "relation": "虚构的示例机构 / fictional, for demonstration",
            "related_codes": [site],
            "details": {"demonstration": True},
        }
        for site, operator in document("sample_contracts")["operators"].items()
    ]
    return Loaded("fictional operators", len(rows), store(Organisation, rows, at=at)[1])
