"""Results of matchmaking: two parties, how far they got, and the loan or investment that came of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from capital.enums import MatchStage
from capital.models import FundInvestment, Match
from capital.services.acting import day_in, needed_words, remember, wrong
from core import history
from core.enums import Provenance
from core.errors import Conflict, Stale
from core.saving import assign, save_checked, values_of
from enterprises.models import Enterprise, Loan
from incubators.scope import Action, require
from outreach.models import Event

MATCH_FIELDS = (
    "product",
    "fund",
    "organisation",
    "need_amount",
    "currency",
    "contacted_on",
    "note",
    "external_id",
)
DAYS: Mapping[str, str] = {
    MatchStage.MET: "met_on",
    MatchStage.OFFERED: "offered_on",
    MatchStage.GRANTED: "decided_on",
    MatchStage.DECLINED: "decided_on",
}
ORDER = (MatchStage.CONTACTED, MatchStage.MET, MatchStage.OFFERED)
CLOSED = (MatchStage.GRANTED, MatchStage.DECLINED)


@transaction.atomic
def create_match(
    *,
    event: Event,
    enterprise: Enterprise,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Match:
    """Two were brought together; without ``contacted_on``, on the first day of the event."""
    require(Action.ENTER, user=actor, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    if event.park_id != enterprise.park_id:
        raise wrong("event", _("The event belongs to another park."), "not_found")
    row = Match(
        event=event,
        enterprise=enterprise,
        contacted_on=event.starts_on,
        provenance=provenance,
        entered_by=actor,
        created_at=at,
        updated_at=at,
    )
    given = {name: value for name, value in values.items() if name != "contacted_on" or value}
    assign(row, given, allowed=MATCH_FIELDS)
    _check(row, day_in(enterprise.park, at))
    save_checked(row)
    remember(row, "match.created", history.changed_fields({}, _told(row)), actor, at)
    return row


@transaction.atomic
def update_match(
    *,
    match: Match,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Match:
    row = locked_match(match, actor, expected_version)
    before = values_of(row, MATCH_FIELDS)
    assign(row, values, allowed=MATCH_FIELDS)
    changes = history.changed_fields(before, values_of(row, MATCH_FIELDS))
    if not changes:
        return row
    if row.stage == MatchStage.GRANTED and {"product", "fund", "organisation"} & set(changes):
        raise Conflict(_("Financing was granted; the counterpart stays."), code="granted")
    _check(row, day_in(row.enterprise.park, at))
    _save(row, at)
    remember(row, "match.changed", changes, actor, at)
    return row


@transaction.atomic
def move_match(
    *,
    match: Match,
    to_stage: str,
    on: date,
    reason: str = "",
    loan: Loan | None = None,
    investment: FundInvestment | None = None,
    actor: User,
    at: datetime,
    expected_stage: str | None = None,
) -> Match:
    """The next step and its day. Granted needs the loan or the investment; declined needs the reason."""
    row = locked_match(match, actor, None)
    if expected_stage is not None and row.stage != expected_stage:
        raise Stale(row)
    before = row.stage
    if to_stage not in DAYS:
        raise wrong("to_stage", _("Choose a later step."))
    if before in CLOSED:
        raise Conflict(_("This result is settled already."), code="settled")
    if to_stage in ORDER and ORDER.index(MatchStage(to_stage)) <= ORDER.index(MatchStage(before)):
        raise Conflict(_("They are as far as that already."), code="not_further")
    if on is None or on > day_in(row.enterprise.park, at):
        raise wrong("on", _("Enter a day up to today."), "future")
    row.stage = to_stage
    setattr(row, DAYS[to_stage], on)
    if to_stage == MatchStage.DECLINED:
        row.reason = needed_words(reason, "reason", _("Say why it came to nothing."))
    if to_stage == MatchStage.GRANTED:
        row.loan, row.investment = _outcome(row, loan, investment)
    elif loan is not None or investment is not None:
        raise wrong("loan", _("Only what was granted is linked."))
    _save(row, at)
    changes = {"stage": [before, to_stage], DAYS[to_stage]: [None, on], "reason": ["", row.reason]}
    remember(row, "match.moved", changes, actor, at)
    return row


def _outcome(
    row: Match, loan: Loan | None, investment: FundInvestment | None
) -> tuple[Loan | None, FundInvestment | None]:
    if (loan is None) == (investment is None):
        raise wrong("loan", _("Link the loan or the fund investment that came of it."), "required")
    found: Any = loan or investment
    if found.owner.pk != row.enterprise_id:
        raise wrong("loan", _("This belongs to another enterprise."), "other_enterprise")
    if investment is not None and row.fund_id is not None and investment.fund_id != row.fund_id:
        raise wrong("investment", _("This is an investment of another fund."), "other_fund")
    if (loan is not None and row.fund_id is not None) or (
        investment is not None and row.product_id is not None
    ):
        raise wrong("loan", _("A fund invests and a bank lends; link what came of this one."))
    return loan, investment


@transaction.atomic
def reopen_match(*, match: Match, actor: User, at: datetime) -> Match:
    """Take a settled result back to where it was before: for what was settled by mistake."""
    row = locked_match(match, actor, None)
    if row.stage not in CLOSED:
        raise Conflict(_("This result is not settled yet."), code="not_settled")
    before = row.stage
    row.stage = (
        MatchStage.OFFERED if row.offered_on else MatchStage.MET if row.met_on else MatchStage.CONTACTED
    )
    row.decided_on = row.loan = row.investment = None
    row.reason = ""
    _save(row, at)
    remember(row, "match.reopened", {"stage": [before, row.stage]}, actor, at)
    return row


@transaction.atomic
def remove_match(*, match: Match, actor: User, at: datetime) -> None:
    row = locked_match(match, actor, None)
    if row.stage == MatchStage.GRANTED:
        raise Conflict(_("Financing was granted; the result stays."), code="granted")
    told = _told(row)
    remember(row, "match.removed", history.changed_fields(told, dict.fromkeys(told)), actor, at)
    row.delete()


def locked_match(match: Match, actor: User, expected_version: int | None) -> Match:
    row: Match | None = (
        Match.objects.select_for_update(of=("self",))
        .select_related(
            "enterprise__park", "enterprise__incubator", "event", "product", "fund", "organisation"
        )
        .filter(pk=match.pk)
        .first()
    )
    if row is None:
        raise Conflict(_("This record has been deleted."), code="deleted")
    owner = row.enterprise
    require(Action.ENTER, user=actor, park_id=owner.park_id, incubator_id=owner.incubator_id)
    if expected_version is not None and row.version != expected_version:
        raise Stale(row)
    return row


def _check(row: Match, today: date) -> None:
    if row.contacted_on > today:
        raise wrong("contacted_on", _("Enter a day up to today."), "future")
    for name in ("product", "fund"):
        offer = getattr(row, name)
        if offer is not None and offer.park_id not in (None, row.enterprise.park_id):
            raise wrong(name, _("Choose one of the records of this park."), "not_found")


def _save(row: Match, at: datetime) -> None:
    row.version, row.updated_at = row.version + 1, at
    save_checked(row)


def _told(row: Match) -> dict[str, Any]:
    return {
        name: value
        for name, value in values_of(row, ("event", "enterprise", *MATCH_FIELDS)).items()
        if value not in (None, "")
    }
