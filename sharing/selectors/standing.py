"""Promised, accrued, settled and open, for each party and year; each column sums to zero over the parties."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Min

from sharing.calculator import ZERO
from sharing.models import (
    SharingAccount,
    SharingAgreement,
    SharingDispute,
    SharingEntry,
    SharingParty,
    SharingPromise,
)


@dataclass
class PartyYear:
    """Above zero the party receives, below zero it pays."""

    party: SharingParty
    promised: Decimal = ZERO
    accrued: Decimal = ZERO
    settled: Decimal = ZERO
    dispute: SharingDispute | None = None

    @property
    def open(self) -> Decimal:
        return self.accrued - self.settled


@dataclass
class YearStanding:
    year: int
    rows: list[PartyYear] = field(default_factory=list)
    due_on: date | None = None

    @property
    def sums(self) -> PartyYear:
        """The line that proves it: zero in every column."""
        return total_of(self.rows[0].party, self.rows)

    @property
    def is_open(self) -> bool:
        return any(row.open for row in self.rows)

    @property
    def is_booked(self) -> bool:
        return self.due_on is not None

    @property
    def moved(self) -> PartyYear:
        """What changes hands: promised to, accrued to, received by and open to those who receive."""
        found = PartyYear(self.rows[0].party)
        for row in self.rows:
            found.promised += max(row.promised, ZERO)
            found.accrued += max(row.accrued, ZERO)
            found.settled += max(row.settled, ZERO)
        return found


@dataclass
class Standing:
    agreement: SharingAgreement
    parties: list[SharingParty]
    years: list[YearStanding]

    @property
    def totals(self) -> list[PartyYear]:
        """Each party over all years."""
        rows = [row for year in self.years for row in year.rows]
        return [total_of(party, [row for row in rows if row.party.pk == party.pk]) for party in self.parties]

    @property
    def sums(self) -> PartyYear | None:
        return total_of(self.parties[0], self.totals) if self.parties else None

    @property
    def moved(self) -> dict[str, Decimal]:
        """Over all years: promised, accrued, settled and open between the parties."""
        found = {"promised": ZERO, "accrued": ZERO, "settled": ZERO, "open": ZERO}
        for year in self.years:
            moved = year.moved
            found["promised"] += moved.promised
            found["accrued"] += moved.accrued
            found["settled"] += moved.settled
            found["open"] += sum((row.open for row in year.rows if row.open > 0), ZERO)
        return found

    @property
    def disputes(self) -> list[SharingDispute]:
        return [row.dispute for year in self.years for row in year.rows if row.dispute]


def total_of(party: SharingParty, rows: Iterable[PartyYear]) -> PartyYear:
    found = PartyYear(party)
    for row in rows:
        found.promised += row.promised
        found.accrued += row.accrued
        found.settled += row.settled
    return found


def standing_of(agreement: SharingAgreement) -> Standing:
    return standings_of([agreement])[agreement.pk]


def standings_of(agreements: Iterable[SharingAgreement]) -> dict[int, Standing]:
    """The standing of each agreement, in five queries for all of them."""
    found = {row.pk: row for row in agreements}
    cells: dict[tuple[int, int, int], PartyYear] = {}
    parties: dict[int, list[SharingParty]] = {pk: [] for pk in found}
    rows = SharingParty.objects.filter(agreement__in=found).select_related("park", "organisation")
    for party in rows.order_by("agreement", "position"):
        parties[party.agreement_id].append(party)
    by_id = {party.pk: party for group in parties.values() for party in group}

    def cell(party_id: int, year: int) -> PartyYear:
        party = by_id[party_id]
        return cells.setdefault((party.agreement_id, year, party_id), PartyYear(party))

    _fill(found, cell)
    due = _due_days(found)
    standings = {}
    for pk, agreement in found.items():
        years = sorted({year for owner, year, _party in cells if owner == pk})
        standings[pk] = Standing(
            agreement,
            parties[pk],
            [
                YearStanding(
                    year,
                    [cells.get((pk, year, party.pk)) or PartyYear(party) for party in parties[pk]],
                    due.get((pk, year)),
                )
                for year in years
            ],
        )
    return standings


def _fill(agreements: Mapping[int, SharingAgreement], cell: Any) -> None:
    promises = SharingPromise.objects.filter(version__agreement__in=agreements, version__state="agreed")
    for payer, payee, year, value in promises.values_list("payer", "payee", "year", "amount"):
        cell(payer, year).promised -= value
        cell(payee, year).promised += value
    accounts = SharingAccount.objects.filter(agreement__in=agreements)
    for party, year, accrued, settled in accounts.values_list("party", "year", "accrued", "settled"):
        row = cell(party, year)
        row.accrued, row.settled = accrued, settled
    disputes = SharingDispute.objects.filter(agreement__in=agreements, resolved_at=None)
    for dispute in disputes.select_related("reported_by"):
        cell(dispute.party_id, dispute.year).dispute = dispute


def _due_days(agreements: Mapping[int, SharingAgreement]) -> dict[tuple[int, int], date]:
    """When the shares of a year are to be settled: so many days after they were first booked."""
    rows = (
        SharingEntry.objects.filter(agreement__in=agreements, kind="accrual")
        .values_list("agreement", "accrual__year")
        .annotate(first=Min("on"))
    )
    return {(pk, year): first + timedelta(days=agreements[pk].settle_days) for pk, year, first in rows}
