"""The companies that rows of projects name: those that are recorded, and those that have to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.saving import clean_text
from core.search import fold
from enterprises.identifiers import clean_identifier, is_credit_code, is_organisation_number
from enterprises.models import Enterprise
from enterprises.services.sets import insert_enterprises
from exchange.importers import Entry, among
from exchange.sheets import Place
from projects.importers.columns import COMPANY

NAME, NAME_EN, CREDIT, NUMBER = COMPANY


@dataclass
class Companies:
    """Recorded companies of the park by every way to name them, and new ones of this file."""

    by_credit: dict[str, Enterprise] = field(default_factory=dict)
    by_number: dict[str, Enterprise] = field(default_factory=dict)
    by_name: dict[str, list[Enterprise]] = field(default_factory=dict)
    #: Numbers of companies that exist and that the person does not see.
    taken: set[str] = field(default_factory=set)
    fresh: dict[tuple[Any, ...], tuple[Enterprise, int]] = field(default_factory=dict)

    def add(self, company: Enterprise) -> None:
        if company.credit_code:
            self.by_credit[company.credit_code] = company
        if company.organisation_number:
            self.by_number[company.organisation_number] = company
        self.by_name.setdefault(company.name_zh, []).append(company)


@dataclass
class Named:
    """What one row says of a company, cleaned."""

    name: str = ""
    name_en: str = ""
    credit: str = ""
    number: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.name_en or self.credit or self.number)


def named_in(entry: Entry) -> Named | None:
    """The company of a row; None where the file says nothing of companies, or something unreadable."""
    values = entry.row.values
    if not any(name in values for name in COMPANY) or entry.row.unread.intersection(COMPANY):
        return None
    found = Named(
        clean_text(values.get(NAME), field=NAME),
        clean_text(values.get(NAME_EN), field=NAME_EN),
        clean_identifier(values.get(CREDIT) or ""),
        clean_identifier(values.get(NUMBER) or ""),
    )
    if found.credit and not is_credit_code(found.credit):
        message = _(
            "“%(typed)s” is not a unified social credit code: it has 18 characters and its "
            "last one checks the others. Compare it with the business licence."
        )
        entry.refuse(CREDIT, message % {"typed": values[CREDIT]}, "check_digit")
        return None
    if found.number and not is_organisation_number(found.number):
        message = _(
            "“%(typed)s” is not a Swedish organisation number: it has 10 digits and the last one "
            "checks the others."
        )
        entry.refuse(NUMBER, message % {"typed": values[NUMBER]}, "check_digit")
        return None
    return found


def look_up(place: Place, wanted: Sequence[Named], actor: Any) -> Companies:
    """The recorded companies behind these names and numbers; a fixed number of queries."""
    found = Companies()
    numbers = {CREDIT: set[str](), NUMBER: set[str](), NAME: set[str]()}
    for one in wanted:
        for column, value in ((CREDIT, one.credit), (NUMBER, one.number), (NAME, one.name)):
            if value:
                numbers[column].add(value)
    visible: dict[int, Enterprise] = {}
    for column, lookup in (
        (CREDIT, "credit_code"),
        (NUMBER, "organisation_number"),
        (NAME, "name_zh"),
    ):
        values = sorted(numbers[column])
        if not values:
            continue
        here = among(Enterprise.objects.filter(park=place.park), lookup, values)
        reachable = here.visible_to(actor).select_related("park", "incubator")
        visible |= {company.pk: company for company in reachable}
        if column != NAME:
            found.taken |= set(here.values_list(lookup, flat=True))
    for company in sorted(visible.values(), key=lambda company: company.pk):
        found.add(company)
    found.taken -= {*found.by_credit, *found.by_number}
    return found


def settle(entry: Entry, named: Named, companies: Companies, actor: Any, at: datetime) -> None:
    """Put the company on the entry's values: a recorded one, a new one of this file, or none."""
    if named.is_empty:
        entry.values["enterprise"] = None
        return
    for column, value in ((CREDIT, named.credit), (NUMBER, named.number)):
        if value in companies.taken:
            entry.refuse(column, _("An enterprise with this number is already recorded."), "taken")
            return
    by_number = {
        company.pk: (column, company)
        for column, company in (
            (CREDIT, companies.by_credit.get(named.credit)),
            (NUMBER, companies.by_number.get(named.number)),
        )
        if company is not None
    }
    if len(by_number) > 1:
        message = _("This number belongs to another company than the credit code. Mend one of them.")
        entry.refuse(NUMBER, message, "other_company")
        return
    found = next(iter(by_number.values()))[1] if by_number else _by_name(entry, named, companies)
    if found is None and _refused(entry):
        return
    if found is None:
        _fresh(entry, named, companies, actor, at)
    elif _fits(entry, named, found):
        entry.values["enterprise"] = found


def _refused(entry: Entry) -> bool:
    return any(error.field in COMPANY for error in entry.errors)


def _by_name(entry: Entry, named: Named, companies: Companies) -> Enterprise | None:
    """The one company of exactly this name, unless the row's numbers say that it is another one."""
    same = [
        company
        for company in companies.by_name.get(named.name, ())
        if not (named.credit and company.credit_code and named.credit != company.credit_code)
        and not (named.number and company.organisation_number and named.number != company.organisation_number)
    ]
    here = [company for company in same if company.incubator_id == (entry.incubator and entry.incubator.pk)]
    same = here or same
    if len(same) > 1:
        message = _("Several companies bear this name. Enter the credit code of the one that is meant.")
        entry.refuse(NAME, message, "ambiguous")
        return None
    return same[0] if same else None


def _fits(entry: Entry, named: Named, company: Enterprise) -> bool:
    """Whether the row says nothing else of the company than its record does."""
    said: Mapping[str, tuple[str, str]] = {
        NAME: (named.name, company.name_zh),
        NAME_EN: (named.name_en, company.name_en),
        CREDIT: (named.credit, company.credit_code),
        NUMBER: (named.number, company.organisation_number),
    }
    for column, (typed, stored) in said.items():
        if not typed or fold(typed) == fold(stored):
            continue
        if stored:
            message = _("The company is recorded with “%(stored)s” here. Correct the cell, or the record.")
        else:
            message = _(
                "The company is recorded without this. Leave the cell empty, or add it to its record."
            )
        entry.refuse(column, message % {"stored": stored}, "other_company")
        return False
    return True


def _fresh(entry: Entry, named: Named, companies: Companies, actor: Any, at: datetime) -> None:
    """A company that is to be recorded along with the project; rows that name the same one share it."""
    if not named.name:
        message = _("This company is not recorded yet: enter its name, too.")
        entry.refuse(NAME, message, "required")
        return
    keys: list[tuple[Any, ...]] = [("number", value) for value in (named.credit, named.number) if value]
    if not keys:
        keys = [("name", named.name, entry.incubator and entry.incubator.pk)]
    known = next((companies.fresh[key] for key in keys if key in companies.fresh), None)
    if known is None:
        company = Enterprise(
            park=entry.park,
            incubator=entry.incubator,
            name_zh=named.name,
            name_en=named.name_en,
            credit_code=named.credit,
            organisation_number=named.number,
            country="SE" if named.number and not named.credit else "CN",
            entered_by=actor,
            created_at=at,
            updated_at=at,
        )
        companies.fresh |= dict.fromkeys(keys, (company, entry.row.number))
        entry.values["enterprise"] = company
        return
    company, earlier = known
    if (company.name_zh, company.credit_code, company.organisation_number) != (
        named.name,
        named.credit,
        named.number,
    ):
        message = _("Row %(row)d says something else of this company. Let both say the same.")
        entry.refuse(NAME, message % {"row": earlier}, "other_company")
        return
    entry.values["enterprise"] = company


def record_new(entries: Sequence[Entry], *, actor: Any, at: datetime) -> dict[int, list[int]]:
    """Record the new companies of these entries; row number → ids of those that came with it."""
    fresh: dict[int, tuple[Enterprise, int]] = {}
    for entry in entries:
        company = entry.values.get("enterprise")
        if company is not None and company.pk is None:
            fresh.setdefault(id(company), (company, entry.row.number))
    insert_enterprises([company for company, _row in fresh.values()], actor=actor, at=at)
    recorded: dict[int, list[int]] = {}
    for company, number in fresh.values():
        recorded.setdefault(number, []).append(company.pk)
    return recorded
