"""Writes of the thresholds: a park replaces a version by a new one from a day on; none is ever changed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, save_checked, values_of
from enterprises.models import LadderCriterion, LadderRule
from incubators.models import Park
from incubators.scope import Action, require

RULE_FIELDS = ("rung", "starts_on", "ends_on", "source", "note", "window_from", "window_until")
LINE_FIELDS = (
    "key",
    "comparison",
    "value",
    "applies_key",
    "applies_above",
    "applies_upto",
    "alternative",
    "clause",
)
MOST_LINES = 60


@transaction.atomic
def replace_rule(
    *, park: Park, values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], actor: User, at: datetime
) -> LadderRule:
    """A new version of what a rung asks in a park, from ``values["starts_on"]`` on.

    The park's version before it ends on that day; a version that begins later is not pushed aside.
    """
    require(Action.MANAGE, user=actor, park_id=park.pk)
    Park.objects.select_for_update(no_key=True).get(pk=park.pk)
    rule = LadderRule(park=park, entered_at=at, entered_by=actor)
    assign(rule, values, allowed=RULE_FIELDS)
    if not lines or len(lines) > MOST_LINES:
        raise Invalid(
            _("A version has between 1 and %(most)d lines.") % {"most": MOST_LINES},
            fields=[FieldError("lines", _("Keep at least one line."), "lines")],
        )
    if rule.starts_on is not None:
        _close_before(rule, rule.starts_on)
    save_checked(rule)
    for position, line in enumerate(lines, 1):
        record = LadderCriterion(rule=rule, position=position)
        _assign_line(record, line, position)
    history.record(
        chain=park.chain,
        action="ladder_rule.entered",
        subject=rule,
        changes={
            **history.changed_fields({}, values_of(rule, RULE_FIELDS)),
            "lines": [None, _rows(rule)],
        },
        actor=actor,
        at=at,
    )
    return rule


def _close_before(rule: LadderRule, day: date) -> None:
    """The version that holds on the day ends there; one that begins on or after it stands in the way."""
    others = LadderRule.objects.select_for_update().filter(park=rule.park, rung=rule.rung)
    later = others.filter(starts_on__gte=day).order_by("starts_on").first()
    if later is not None and (rule.ends_on is None or rule.ends_on > later.starts_on):
        raise Conflict(
            _("A version from %(day)s on is already there.") % {"day": later.starts_on},
            code="enterprises_ladder_rule_no_overlap",
            fields=[
                FieldError(
                    "starts_on",
                    _("Choose a day after %(day)s.") % {"day": later.starts_on},
                    "overlap",
                )
            ],
        )
    before = others.filter(starts_on__lt=day).exclude(ends_on__lte=day).first()
    if before is not None:
        before.ends_on = day
        before.save(update_fields=["ends_on"])


def _assign_line(record: LadderCriterion, line: Mapping[str, Any], position: int) -> None:
    try:
        assign(record, line, allowed=LINE_FIELDS)
        save_checked(record)
    except Invalid as error:
        raise Invalid(
            _("Line %(number)d: %(why)s") % {"number": position, "why": error},
            fields=[FieldError("lines", _("Line %(number)d: %(why)s") % {"number": position, "why": error})],
        ) from error


def _rows(rule: LadderRule) -> list[dict[str, Any]]:
    return [values_of(line, LINE_FIELDS) for line in rule.criteria.order_by("position")]
