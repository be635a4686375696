"""What the page of a return shows: lines in two groups, rights, versions; the same as data for its script."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.periods import Period
from core.templatetags import fmt
from incubators.scope import Action
from returns.measures import CHECKS, LINES
from returns.models import PeriodReturn
from returns.selectors import LineView, closed_by, editions_of, is_late
from returns.selectors.lines import stored_lines
from returns.stages import OPEN
from returns.web.finding import may


def groups_of(views: Sequence[LineView]) -> list[dict[str, Any]]:
    """Counted from records, then reported month by month."""
    return [
        {"title": title, "note": note, "lines": rows}
        for title, note, rows in (
            (
                _("From the records"),
                _("counted from verified records; a different value needs a reason"),
                [view for view in views if view.line.origin == "records"],
            ),
            (
                _("Work of the period"),
                _("type what no record yields"),
                [view for view in views if view.line.origin == "months"],
            ),
        )
        if rows
    ]


def context_of(record: PeriodReturn, views: Sequence[LineView], user: Any, *, at: datetime) -> dict[str, Any]:
    """Everything that the page of one return needs besides the lines."""
    editions = editions_of(record)
    closed = closed_by(record.incubator, Period.parse(record.period))
    may_enter = may(user, Action.ENTER, record)
    is_open = record.state in OPEN and record.is_latest and closed is None
    newest = editions[0]
    return {
        "record": record,
        "groups": groups_of(views),
        "views": views,
        "closed": closed,
        "editions": editions,
        "newest": newest,
        "is_late": is_late(record, at),
        "may_enter": may_enter,
        "may_type": is_open and may_enter,
        "may_correct": record.is_latest and record.state not in OPEN and closed is None and may_enter,
        "may_decide": record.is_latest
        and record.state == "submitted"
        and closed is None
        and may(user, Action.VERIFY, record),
        "may_publish": record.is_latest
        and record.state == "verified"
        and closed is None
        and may(user, Action.MANAGE, record),
        "may_manage": may(user, Action.MANAGE, record),
        "problem_count": sum(len(view.problems) for view in views),
        "moves": record.moves.select_related("by").order_by("-at", "-pk"),
        "differences": differences(record, editions) if record.edition > 1 else [],
    }


def differences(record: PeriodReturn, editions: Sequence[PeriodReturn]) -> list[dict[str, Any]]:
    """What this version says otherwise than the one before, line by line."""
    before = next((row for row in editions if row.edition == record.edition - 1), None)
    if before is None:
        return []
    old, new = stored_lines(before), stored_lines(record)
    language = get_language() or "zh-hans"
    rows = []
    for code, line in new.items():
        earlier = old[code].reported if code in old else None
        if earlier != line.reported:
            rows.append(
                {
                    "name": LINES[code].name(language),
                    "unit": LINES[code].unit(language),
                    "before": earlier,
                    "after": line.reported,
                    "words": line.explanation or line.reason,
                }
            )
    return rows


def shown(value: Decimal | None) -> str:
    """A number as it stands in a field: with thousands separators, without superfluous noughts."""
    return "" if value is None else fmt.grouped(value)


def line_data(view: LineView) -> dict[str, Any]:
    """One line for the script of the page."""
    return {
        "code": view.code,
        "name": view.name,
        "unit": view.unit,
        "value": shown(view.entry.value),
        "computed": shown(view.entry.computed),
        "reported": shown(view.reported),
        "previous": shown(view.previous),
        "reason": view.entry.reason,
        "explanation": view.entry.explanation,
        "remark": view.stored.remark,
        "problems": view.messages,
    }


def page_data(record: PeriodReturn, views: Iterable[LineView]) -> dict[str, Any]:
    """The state of a return for its page: sent with the page, after each save, and when the page asks."""
    changed = timezone.localtime(record.updated_at)
    return {
        "id": record.pk,
        "version": record.version,
        "state": record.state,
        "changed_by": str(record.changed_by) if record.changed_by else "",
        "changed_at": changed.strftime("%H:%M"),
        "saved_at": timezone.localtime().strftime("%H:%M"),
        "lines": [line_data(view) for view in views],
    }


def rules_data(record: PeriodReturn, views: Sequence[LineView]) -> dict[str, Any]:
    """The same checks for the script, so that they are live while somebody types."""
    codes = {view.code for view in views}
    return {
        "variance": record.duty.variance_percent,
        "checks": [
            {"part": check.part, "whole": check.whole, "asks": check.asks}
            for check in CHECKS
            if check.part in codes and check.whole in codes
        ],
        "words": {
            "not_a_number": _("This is not a number."),
            "negative": _("Enter a number from zero up."),
            "too_high": _("This is at most %s."),
            "not_whole": _("Enter a whole number."),
            "part_exceeds_whole": _("“%1” cannot be more than “%2”."),
            "whole_exceeded": _("“%1” is more than “%2”: say why in one line."),
            "reason_missing": _("Say in one line why this is not the value from the records."),
            "explanation_missing": _("%s against the period before: say why in one line."),
            "saving": _("Saving …"),
            "saved": _("Saved %s"),
            "kept": _("Kept in this browser, will be sent when the line is back"),
            "kept_signed_out": _("Kept in this browser. Sign in again, it then goes on by itself."),
            "other_user": _("Somebody else is signed in now. Sign in as %s to send what is kept here."),
            "refused": _("The server refused this: %s"),
            "others": _("%1 changed this return at %2"),
            "unsent": _("What was typed here before and had not been sent yet is back in the fields."),
            "frozen": _(
                "Somebody submitted this return meanwhile. What you typed is still here to be copied."
            ),
            "yours": _("What you typed"),
            "theirs": _("What is stored now"),
            "line": _("Line"),
            "choose": _("Nothing is lost. Choose for each line which version to keep."),
            "keep_chosen": _("Keep the chosen versions"),
            "pasted": _("%s cells were pasted."),
            "complete": _("Everything is filled in: the return can be submitted."),
            "open": _("%s points to put right or to say before it can be submitted"),
        },
    }
