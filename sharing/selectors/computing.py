"""What accrues for a year, computed from verified figures only; what has none is listed and never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Min, Q

from core import history
from enterprises.models import Enterprise, YearlyFigure
from projects.enums import Stage
from projects.models import Project
from sharing.calculator import (
    ZERO,
    Rule,
    Shared,
    counts,
    digest_of,
    positions_of,
    shared_of,
    tail_factor,
    year_after_expiry,
)
from sharing.enums import CountedBy, MissingFigure, SharingBase
from sharing.models import (
    SharingAccount,
    SharingAccrual,
    SharingAgreement,
    SharingLine,
    SharingTerm,
    SharingVersion,
)
from sharing.selectors.lists import whole_version

#: The column of the yearly figures behind each base.
COLUMNS: Mapping[str, str] = {
    SharingBase.TAX: "tax_paid_amount",
    SharingBase.OUTPUT: "revenue_amount",
    SharingBase.RD_EXPENSE: "rd_expense_amount",
    SharingBase.MAIN_BUSINESS: "main_business_amount",
    SharingBase.HIGH_TECH: "high_tech_income_amount",
}
#: A project that stands in one of these has not landed, or its landing was taken back.
NOT_LANDED = (Stage.LEAD, Stage.SCREENING, Stage.INCUBATING, Stage.ACCELERATING, Stage.RELOCATING)


@dataclass(frozen=True)
class ComputedLine:
    term: SharingTerm
    enterprise: Enterprise
    landed_on: date | None
    figures: YearlyFigure
    figure: Decimal
    shared: Shared


@dataclass(frozen=True)
class MissingLine:
    """``before`` is what the last booked computation counted: it is taken back until verified again."""

    base: str
    label: str
    reason: str
    enterprise_id: int | None = None
    before: Decimal | None = None

    @property
    def reason_label(self) -> str:
        return str(MissingFigure(self.reason).label)

    @property
    def base_label(self) -> str:
        return str(SharingBase(self.base).label)


@dataclass(frozen=True)
class Computation:
    agreement: SharingAgreement
    version: SharingVersion
    year: int
    after: int
    factor: Decimal
    lines: tuple[ComputedLine, ...]
    missing: tuple[MissingLine, ...]
    total: Decimal
    positions: Mapping[int, Decimal]
    booked: Mapping[int, Decimal]
    digest: str
    known: SharingAccrual | None

    @property
    def differences(self) -> dict[int, Decimal]:
        """What booking would add to each party, by id; nothing where nothing changes."""
        parties = sorted({*self.positions, *self.booked})
        found = {party: self.positions.get(party, ZERO) - self.booked.get(party, ZERO) for party in parties}
        return {party: value for party, value in found.items() if value}


@dataclass(frozen=True)
class _Landed:
    """An enterprise that may count, or a landed project without one."""

    enterprise: Enterprise | None
    label: str
    landed_on: date | None
    through: frozenset[int]


def terms_for(agreement: SharingAgreement, year: int) -> tuple[SharingVersion, int] | None:
    """The terms of a year and how many years after their expiry it lies; None before any were agreed."""
    rows = agreement.versions.filter(state="agreed", valid_from__lte=date(year, 12, 31))
    version = rows.order_by("-valid_from").first()
    return (version, year_after_expiry(year, version.valid_until)) if version is not None else None


def compute_year(agreement: SharingAgreement, year: int) -> Computation | None:
    """The whole computation, written nowhere. None where no terms apply to the year."""
    found = terms_for(agreement, year)
    if found is None:
        return None
    version, after = whole_version(found[0].pk), found[1]
    factor = tail_factor(version.tail, version.tail_years, version.tail_rates, after)
    lines: list[ComputedLine] = []
    missing: list[MissingLine] = []
    terms = sorted(version.terms.all(), key=lambda term: term.base)
    last = _last(agreement, year)
    if factor:
        landed = _landed(agreement)
        for term in terms:
            _term(term, version, year, after, factor, landed, lines, missing)
    lines, missing = _with_figures(lines, missing, year, agreement.currency, factor, _counted_before(last))
    return Computation(
        agreement=agreement,
        version=version,
        year=year,
        after=after,
        factor=factor,
        lines=tuple(lines),
        missing=tuple(missing),
        total=sum((line.shared.amount for line in lines), ZERO),
        positions=positions_of([(line.term.holder_id, line.shared.shares) for line in lines]),
        booked=dict(
            SharingAccount.objects.filter(agreement=agreement, year=year).values_list("party", "accrued")
        ),
        digest=_digest(version, year, after, factor, terms, lines),
        known=last,
    )


def _last(agreement: SharingAgreement, year: int) -> SharingAccrual | None:
    rows = SharingAccrual.objects.filter(agreement=agreement, year=year)
    return rows.select_related("computed_by").order_by("-number").first()


def _counted_before(last: SharingAccrual | None) -> dict[tuple[str, int], Decimal]:
    rows = SharingLine.objects.filter(accrual=last).values_list("term__base", "enterprise", "amount")
    return {(base, firm): value for base, firm, value in rows} if last else {}


def rule_of(term: Any) -> Rule:
    shares = sorted(term.shares.all(), key=lambda share: share.party.position)
    return Rule(
        rate=term.rate,
        threshold=term.threshold,
        cap=term.cap,
        shares=tuple((share.party_id, share.percent) for share in shares),
        remainder_to=term.remainder_to_id,
    )


def _landed(agreement: SharingAgreement) -> list[_Landed]:
    """Landed projects of the enclaves and of listed enterprises, one row for each enterprise, by id."""
    sites = list(agreement.incubators.values_list("pk", flat=True))
    listed = Enterprise.objects.filter(sharing_terms__version__agreement=agreement).values("pk")
    rows = (
        Project.objects.filter(
            Q(incubator__in=sites) | Q(credit_shares__incubator__in=sites) | Q(enterprise__in=listed),
        )
        .exclude(stage__in=NOT_LANDED)
        .annotate(
            landed_on=Min("stage_log__on", filter=Q(stage_log__to_stage=Stage.LANDED)),
            credited=ArrayAgg("credit_shares__incubator", distinct=True, default=[]),
        )
        .filter(landed_on__isnull=False)
        .select_related("enterprise")
        .order_by("pk")
    )
    found: dict[tuple[str, int], _Landed] = {}
    for project in rows:
        firm = project.enterprise
        key = ("enterprise", firm.pk) if firm is not None else ("project", project.pk)
        through = frozenset(site for site in (project.incubator_id, *project.credited) if site)
        known = found.get(key)
        on = project.landed_on
        if known is not None and known.landed_on is not None:
            on, through = min(on, known.landed_on), through | known.through
        found[key] = _Landed(firm, (firm or project).name_zh, on, through)
    return [found[key] for key in sorted(found)]


def _term(
    term: Any,
    version: SharingVersion,
    year: int,
    after: int,
    factor: Decimal,
    landed: Sequence[_Landed],
    lines: list[Any],
    missing: list[MissingLine],
) -> None:
    """Put every enterprise that counts for this term on ``lines`` (its figure follows) or on ``missing``."""
    before = version.valid_until if after else None
    asks_landing = bool(before or term.landed_from or term.years_counted)
    for row in _candidates(term, version, landed):
        if row.landed_on is None and asks_landing:
            missing.append(_without(term, row, MissingFigure.NO_LANDING))
            continue
        if row.landed_on is not None and not counts(
            row.landed_on,
            year,
            landed_from=term.landed_from,
            landed_before=before,
            years_counted=term.years_counted,
        ):
            continue
        if row.enterprise is None:
            missing.append(_without(term, row, MissingFigure.NO_COMPANY))
        else:
            lines.append((term, row))


def _candidates(term: Any, version: Any, landed: Sequence[_Landed]) -> list[_Landed]:
    if term.counted_by == CountedBy.LISTED:
        known = {row.enterprise.pk: row for row in landed if row.enterprise is not None}
        firms = sorted(term.enterprises.all(), key=lambda firm: firm.pk)
        return [known.get(firm.pk) or _Landed(firm, firm.name_zh, None, frozenset()) for firm in firms]
    own = {site.pk for site in term.incubators.all()}
    sites = own or {site.pk for site in version.agreement.incubators.all()}
    return [row for row in landed if row.through & sites]


def _without(term: Any, row: _Landed, reason: str) -> MissingLine:
    return MissingLine(term.base, row.label, reason, row.enterprise.pk if row.enterprise else None)


def _with_figures(
    wanted: list[Any],
    missing: list[MissingLine],
    year: int,
    currency: str,
    factor: Decimal,
    before: Mapping[tuple[str, int], Decimal],
) -> tuple[list[ComputedLine], list[MissingLine]]:
    """Read the figures of all lines in one query and divide them."""
    firms = {row.enterprise.pk for _term, row in wanted}
    figures = {
        row.enterprise_id: row
        for row in YearlyFigure.objects.filter(enterprise__in=firms, year=year).select_related("verified_by")
    }
    lines: list[ComputedLine] = []
    rules = {term.pk: rule_of(term) for term in {term.pk: term for term, _row in wanted}.values()}
    for term, row in wanted:
        found = figures.get(row.enterprise.pk)
        value = getattr(found, COLUMNS[term.base], None)
        reason = _why_not(found, value, currency)
        if reason or found is None or value is None:
            old = before.get((term.base, row.enterprise.pk))
            missing.append(MissingLine(term.base, row.label, reason, row.enterprise.pk, old))
            continue
        shared = shared_of(value, rules[term.pk], factor)
        lines.append(ComputedLine(term, row.enterprise, row.landed_on, found, value, shared))
    return lines, missing


def _why_not(figures: YearlyFigure | None, value: Decimal | None, currency: str) -> str:
    if figures is None or value is None:
        return str(MissingFigure.NOT_ENTERED)
    if figures.verified_at is None:
        return str(MissingFigure.NOT_VERIFIED)
    return str(MissingFigure.OTHER_CURRENCY) if figures.currency != currency else ""


def _digest(
    version: SharingVersion,
    year: int,
    after: int,
    factor: Decimal,
    terms: Sequence[Any],
    lines: Sequence[ComputedLine],
) -> str:
    content = {
        "agreement": version.agreement_id,
        "version": version.number,
        "year": year,
        "after": after,
        "factor": factor.normalize(),
        "terms": [
            {
                "base": term.base,
                "holder": term.holder_id,
                "rate": term.rate,
                "threshold": term.threshold,
                "cap": term.cap,
                "shares": [[party, percent] for party, percent in rule_of(term).shares],
                "remainder_to": term.remainder_to_id,
            }
            for term in terms
        ],
        "lines": [
            [
                line.term.base,
                line.enterprise.pk,
                line.figures.pk,
                line.figure,
                line.figures.verified_at,
                line.figures.verified_by_id,
            ]
            for line in lines
        ],
    }
    return digest_of(history.canonical(content))
