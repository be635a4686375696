"""Who moves on: proposed by the rule, decided by a person, confirmed by a second one, announced."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contests.calculator import rank
from contests.enums import EntryState, PromotionState, RuleAnswer
from contests.models import ContestRound, Entry, KeptFile, Promotion, PromotionLine
from contests.selectors.rounds import SUBJECT, entries_for, ranked_cases
from contests.services.acting import (
    day_in,
    locked,
    needed_words,
    remember,
    require_administrator,
    touch,
)
from contests.services.keeping import taken_in
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text, readable_integrity_errors, save_checked
from reviews import services as reviews
from reviews.enums import CaseResult
from reviews.models import Case
from reviews.services import Conclusion, NewCase

PROMOTION = "contest-promotion"
_DEPARTS = {RuleAnswer.IN: False, RuleAnswer.OUT: True, RuleAnswer.UNMARKED: True}


def _locked_round(round: ContestRound, actor: User) -> ContestRound:
    record = locked(round, "contest__park", "division")
    require_administrator(actor, record.park_id)
    return record


@transaction.atomic
def fill_round(*, round: ContestRound, actor: User, at: datetime) -> list[Case]:
    """Put those before the round who are to be judged in it: admitted entries first, later those whose
    promotion from the round before is in effect. Files that came with them become evidence for experts."""
    record = _locked_round(round, actor)
    if record.review_round is None:
        raise Conflict(_("Write the score sheet of this round first."), code="no_review")
    day = day_in(record.contest.park, at)
    known = set(record.review_round.cases.filter(subject_kind=SUBJECT).values_list("subject_id", flat=True))
    entries = [entry for entry in entries_for(record, day) if entry.pk not in known]
    if not entries:
        raise Conflict(_("Nobody new may enter this round yet."), code="nobody")
    files = taken_in(
        KeptFile.objects.filter(entry__in=entries),
        actor=actor,
        at=at,
        provenance=record.contest.provenance,
    )
    cases = reviews.add_cases(
        round=record.review_round,
        items=[
            NewCase(
                subject_kind=SUBJECT,
                subject_id=entry.pk,
                title=entry.name_zh,
                applicant=entry.team,
                summary=entry.summary,
                field=entry.field.code if entry.field else "",
                incubator=entry.incubator,
                files=files.get(entry.pk, ()),
            )
            for entry in entries
        ],
        actor=actor,
        at=at,
    )
    remember(record, "contestround.filled", {"entries": [len(known), len(known) + len(cases)]}, actor, at)
    return cases


@transaction.atomic
def propose_promotion(*, round: ContestRound, actor: User, at: datetime) -> Promotion:
    """Rank the round and let its rule propose. Proposing again replaces a proposal nobody decided on."""
    record = _locked_round(round, actor)
    if record.review_round is None or not record.has_rule:
        raise Conflict(_("This round has no promotion rule yet. Edit the round."), code="no_rule")
    promotion = Promotion.objects.select_for_update(of=("self",)).filter(round=record).first()
    if promotion is not None and promotion.state != PromotionState.PROPOSED:
        raise Conflict(_("The promotion of this round is decided already."), code="decided")
    found = ranked_cases(record)
    if not found:
        raise Conflict(_("No entry stands before this round."), code="nobody")
    if promotion is None:
        promotion = Promotion(round=record)
    else:
        promotion.lines.all().delete()
        touch(promotion, at)
    promotion.proposed_at, promotion.proposed_by, promotion.updated_at = at, actor, at
    promotion.rule = {
        "best": record.best,
        "at_least": str(record.at_least) if record.at_least is not None else None,
        "ties": record.ties,
    }
    save_checked(promotion)
    marks = [mark for _entry, _case, mark in found]
    placed = rank(marks, best=record.best, at_least=record.at_least, ties=record.ties)
    PromotionLine.objects.bulk_create(
        PromotionLine(
            promotion=promotion,
            entry=entry,
            mark=mark,
            place=one.place,
            is_tied=one.is_tied,
            by_rule=one.answer,
        )
        for (entry, _case, mark), one in zip(found, placed, strict=True)
    )
    counted = {answer: sum(one.answer == answer for one in placed) for answer in RuleAnswer.values}
    told = {name: [None, count] for name, count in counted.items() if count}
    remember(promotion, "promotion.proposed", told | {"rule": [None, promotion.rule]}, actor, at)
    return promotion


def _lock(promotion: Promotion, actor: User, expected_version: int | None = None) -> Promotion:
    record = locked(
        promotion,
        "round__contest__park",
        "round__division",
        "round__review_round",
        expected_version=expected_version,
    )
    require_administrator(actor, record.park_id)
    return record


@transaction.atomic
def decide_promotion(
    *,
    promotion: Promotion,
    chosen: Collection[int],
    reason: str = "",
    reasons: Mapping[int, str] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Promotion:
    """A named person decides who moves on. ``chosen`` are ids of entries. Where it departs from the rule, and
    for everyone who ties across the last place, a reason is given: one by one, or ``reason`` for all of them.
    """
    record = _lock(promotion, actor, expected_version)
    if record.state != PromotionState.PROPOSED:
        raise Conflict(_("The promotion of this round is decided already."), code="decided")
    lines = list(record.lines.select_related("entry__division"))
    _check_fresh(record, lines)
    if unknown := set(chosen) - {line.entry_id for line in lines}:
        message = _("An entry with the number %(id)s does not stand in this ranking.")
        raise Invalid(message % {"id": min(unknown)}, fields=[FieldError("chosen", message, "unknown")])
    for_all = clean_text(reason, field="reason")
    errors = []
    for line in lines:
        line.is_promoted = line.entry_id in chosen
        line.reason = ""
        if _needs_reason(line):
            line.reason = clean_text((reasons or {}).get(line.entry_id), field="reason") or for_all
            if not line.reason:
                message = _("Say why “%(entry)s” is decided otherwise than the rule says.")
                said = message % {"entry": line.entry.name}
                errors.append(FieldError(f"reason_{line.entry_id}", said, "required"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors[:3]), fields=errors)
    with readable_integrity_errors(PromotionLine):
        PromotionLine.objects.bulk_update(lines, ["is_promoted", "reason"])
    record.state, record.decided_at, record.decided_by = PromotionState.DECIDED, at, actor
    record.remark = ""
    touch(record, at)
    save_checked(record)
    _conclude(record, lines, actor, at)
    departs = [f"{line.entry.receipt}: {line.reason}" for line in lines if line.reason]
    changes = {
        "promoted": [None, sorted(line.entry.receipt for line in lines if line.is_promoted)],
        "otherwise than the rule": [None, departs],
    }
    remember(record, "promotion.decided", changes, actor, at)
    return record


def _needs_reason(line: PromotionLine) -> bool:
    """A tie is nobody's rule, so whoever breaks it says why."""
    departs = _DEPARTS.get(RuleAnswer(line.by_rule))
    return departs is None or line.is_promoted == departs


def _check_fresh(promotion: Promotion, lines: Collection[PromotionLine]) -> None:
    """What is decided on is what stands in the reviews now."""
    now = {entry.pk: mark for entry, _case, mark in ranked_cases(promotion.round)}
    if now != {line.entry_id: line.mark for line in lines}:
        raise Conflict(
            _("Marks or entries changed since the proposal. Let the rule propose again."),
            code="marks_changed",
        )


def _conclude(promotion: Promotion, lines: Collection[PromotionLine], actor: User, at: datetime) -> None:
    """The results of the review say the same; what was concluded there for good stays."""
    round = promotion.round.review_round
    assert round is not None
    cases = {
        case.subject_id: case for case in round.cases.filter(subject_kind=SUBJECT).select_related("round")
    }
    conclusions = [
        Conclusion(
            case.pk,
            CaseResult.RECOMMENDED if line.is_promoted else CaseResult.NOT_RECOMMENDED,
            line.reason or _by_rule(line),
        )
        for line in lines
        if (case := cases.get(line.entry_id)) is not None and not case.is_final
    ]
    if conclusions:
        reviews.set_results(round=round, conclusions=conclusions, actor=actor, at=at)


def _by_rule(line: PromotionLine) -> str:
    if line.place is None:
        return str(line.get_by_rule_display())
    return _("Place %(place)d with %(mark)s: %(answer)s.") % {
        "place": line.place,
        "mark": line.mark,
        "answer": line.get_by_rule_display(),
    }


@transaction.atomic
def return_promotion(*, promotion: Promotion, reason: str, actor: User, at: datetime) -> Promotion:
    """Send a decision back, with words. A confirmed one only after its notice was withdrawn."""
    record = _lock(promotion, actor)
    was_announced = record.notice is not None and record.notice.withdrawn_at is not None
    if record.state == PromotionState.PROPOSED or (
        record.state == PromotionState.CONFIRMED and not was_announced
    ):
        raise Conflict(_("There is no decision to send back."), code="not_decided")
    record.remark = needed_words(reason, "reason", _("Say what has to be looked at again."))
    before, record.state = record.state, PromotionState.PROPOSED
    record.decided_at = record.decided_by = record.confirmed_at = record.confirmed_by = record.notice = None
    touch(record, at)
    save_checked(record)
    record.lines.update(is_promoted=None, reason="", notice_line=None)
    changes = {"state": [before, record.state], "reason": [None, record.remark]}
    remember(record, "promotion.returned", changes, actor, at)
    return record


@transaction.atomic
def confirm_promotion(*, promotion: Promotion, actor: User, at: datetime) -> Promotion:
    """A second person confirms the decision; it counts once it was announced and the notice is over."""
    record = _lock(promotion, actor)
    if record.state != PromotionState.DECIDED:
        raise Conflict(_("There is no decision to confirm."), code="not_decided")
    if record.decided_by_id == actor.pk:
        raise Refused(_("You decided this yourself, so a second person has to confirm it."))
    record.state, record.confirmed_at, record.confirmed_by = PromotionState.CONFIRMED, at, actor
    touch(record, at)
    save_checked(record)
    round = record.round.review_round
    assert round is not None
    rows = round.cases.filter(subject_kind=SUBJECT, confirmed_at=None).exclude(result="")
    ids = [case.pk for case in rows.select_related("round") if not case.is_final]
    if ids:
        reviews.confirm_results(round=round, case_ids=ids, actor=actor, at=at)
    remember(record, "promotion.confirmed", {"confirmed_by": [None, actor.get_username()]}, actor, at)
    return record


@transaction.atomic
def announce_promotion(
    *,
    promotion: Promotion,
    on: date,
    days: int,
    day_count: str = "working",
    text: str = "",
    actor: User,
    at: datetime,
) -> Promotion:
    """Put the list of those who move on on public show."""
    record = _lock(promotion, actor)
    if record.state != PromotionState.CONFIRMED:
        raise Conflict(_("Only a confirmed promotion is announced."), code="not_confirmed")
    if record.notice is not None:
        raise Conflict(_("This promotion is announced already."), code="announced")
    rows = record.lines.filter(is_promoted=True, entry__state=EntryState.ADMITTED)
    lines = list(rows.select_related("entry__division"))
    if not lines:
        raise Conflict(_("Nobody moves on, so there is nothing to announce."), code="nobody")
    contest = record.round.contest
    record.notice = reviews.open_notice(
        park=contest.park,
        subject_kind=PROMOTION,
        subject_id=record.pk,
        title=_("%(contest)s: who moves on from “%(round)s”")[:200]
        % {"contest": contest.name_zh, "round": record.round.name_zh},
        text=text,
        lines=[{"label": line.entry.name_zh, "detail": _detail(line.entry)} for line in lines],
        on=on,
        days=days,
        day_count=day_count,
        actor=actor,
        at=at,
        provenance=contest.provenance,
    )
    for number, line in enumerate(lines, start=1):
        line.notice_line = number
    PromotionLine.objects.bulk_update(lines, ["notice_line"])
    touch(record, at)
    save_checked(record)
    remember(record, "promotion.announced", {"notice": [None, record.notice.pk]}, actor, at)
    return record


def _detail(entry: Entry) -> str:
    return f"{entry.receipt} · {entry.team}"
