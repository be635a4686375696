"""The gap check in words: what is asked, what was used, what would change the answer."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.templatetags.fmt import grouped, scaled_money
from enterprises.enums import Answer, Comparison, LadderFactKey
from enterprises.ladder import MONTHS, PEOPLE, PERCENT, POINTS, STATED, UNITS, YES_NO, YUAN, Check, Line

TONES = {
    Answer.MET: ("ok", "check"),
    Answer.UNMET: ("bad", "x"),
    Answer.UNKNOWN: ("quiet", "help-circle"),
    Answer.DECISION: ("info", "scale"),
    Answer.NOT_APPLICABLE: ("quiet", "minus"),
}
SUMMARIES = {
    Answer.MET: (
        gettext_lazy("No gap found in the recorded figures"),
        gettext_lazy("The authority decides on the application; this is an estimate."),
    ),
    Answer.UNMET: (
        gettext_lazy("Something is not met yet"),
        gettext_lazy("The lines marked so say by how much."),
    ),
    Answer.UNKNOWN: (
        gettext_lazy("Figures are missing"),
        gettext_lazy("Nothing recorded speaks against it, but some lines cannot be answered yet."),
    ),
    Answer.DECISION: (
        gettext_lazy("An authority decides"),
        gettext_lazy("Everything that can be computed is met; the rest is a decision of others."),
    ),
}


def value_words(value: Decimal | None, unit: str) -> str:
    """A value with its unit. Shares keep four places, so that one just below its threshold looks below it."""
    if value is None:
        return "—"
    if unit == YUAN:
        return " ".join(scaled_money(value, "CNY"))
    if unit == YES_NO:
        return _("yes") if value else _("no")
    places = Decimal("0.0001") if unit in (PERCENT, POINTS) else Decimal(1)
    text = grouped(value.quantize(places).normalize())
    words = {
        PERCENT: "%(value)s%%",
        PEOPLE: _("%(value)s people"),
        MONTHS: _("%(value)s months"),
        POINTS: _("%(value)s points"),
    }
    return words[unit] % {"value": text}


def asked_words(line: Line) -> str:
    """What a line asks, in one phrase."""
    criterion = line.criterion
    words = {
        Comparison.AT_LEAST: _("at least %(value)s"),
        Comparison.AT_MOST: _("at most %(value)s"),
        Comparison.EXCEEDS: _("more than %(value)s"),
        Comparison.BELOW: _("less than %(value)s"),
    }
    if criterion.comparison == Comparison.DECISION:
        return _("an authority decides")
    if criterion.comparison == Comparison.HOLDS:
        return _("yes")
    value = value_words(criterion.value, UNITS[criterion.key])
    return words[Comparison(criterion.comparison)] % {"value": value}


def band_words(line: Line) -> str:
    """For whom a line holds; empty where for all."""
    criterion = line.criterion
    if not criterion.applies_key:
        return ""
    unit = UNITS[criterion.applies_key]
    parts = []
    if criterion.applies_above is not None:
        parts.append(_("above %(value)s") % {"value": value_words(criterion.applies_above, unit)})
    if criterion.applies_upto is not None:
        parts.append(_("up to %(value)s") % {"value": value_words(criterion.applies_upto, unit)})
    label = LadderFactKey(criterion.applies_key).label
    return _("where %(what)s is %(band)s") % {"what": label, "band": _(" and ").join(parts)}


def remedy_words(line: Line) -> str:
    """What would change the answer."""
    if line.is_replaced:
        return _("One of the alternatives is enough.")
    if line.answer == Answer.UNKNOWN:
        missing = LadderFactKey(line.asks_first or line.criterion.key)
        if missing in STATED:
            return _("State this fact with its day and proof.")
        if missing == LadderFactKey.MONTHS_REGISTERED:
            return _("Enter the day of registration.")
        if missing == LadderFactKey.NEW_EQUITY_2Y:
            return _("Enter the rounds and have them verified.")
        return _("Enter the yearly figures.")
    if line.answer != Answer.UNMET or line.fact is None:
        return ""
    if line.criterion.comparison == Comparison.HOLDS or line.gap is None:
        return _("The answer has to become yes.")
    amount = value_words(abs(line.gap), UNITS[line.criterion.key])
    if line.gap > 0:
        return _("%(amount)s more would be enough.") % {"amount": amount}
    if line.gap < 0:
        return _("%(amount)s less would be enough.") % {"amount": amount}
    return _("The value has to go beyond the threshold, not just reach it.")


def line_words(line: Line) -> dict[str, Any]:
    """One line as the page and the API show it."""
    key = LadderFactKey(line.criterion.key)
    tone, icon = TONES.get(Answer(line.answer), ("quiet", "")) if line.answer else ("", "")
    fact = line.fact
    return {
        "label": key.label,
        "key": key.value,
        "clause": line.criterion.clause,
        "asked": asked_words(line),
        "band": band_words(line),
        "alternative": line.criterion.alternative,
        "answer": line.answer,
        "answer_label": Answer(line.answer).label if line.answer else "",
        "tone": tone,
        "icon": icon,
        "value": value_words(fact.value, UNITS[key]) if fact else "",
        "period": fact.period if fact else "",
        "is_verified": fact.is_verified if fact else False,
        "has_fact": fact is not None,
        "remedy": remedy_words(line) if line.answer else "",
        "is_replaced": line.is_replaced,
        "is_stated": key in STATED,
    }


def summary_words(check: Check) -> dict[str, Any]:
    answer = Answer(check.answer)
    title, text = SUMMARIES[answer]
    tone, icon = TONES[answer]
    counts = check.counts
    return {
        "title": title,
        "text": text,
        "tone": {"bad": "warn", "quiet": "info"}.get(tone, tone),
        "icon": icon,
        "counts": [(item.label, counts[item.value], TONES[item][0]) for item in Answer if counts[item.value]],
        "is_verified": check.is_verified,
    }
