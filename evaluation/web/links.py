"""Where a record, a gap or a file is shown."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from core.templatetags import fmt


def observations_url(*, incubator: str, month: str = "", measure: str = "", year: str = "") -> str:
    """The page of monthly measures, open at a year or at one value."""
    query = {"incubator": incubator, "year": year or month[:4], "month": month, "measure": measure}
    given = {key: value for key, value in query.items() if value}
    return f"{reverse('evaluation-observations')}?{urlencode(given)}{'#entry' if measure else ''}"


def record_url(record: Mapping[str, Any], *, incubator: str) -> str:
    """The page that shows a record of an explanation; empty for one that the reader may not open."""
    if record.get("project_id"):
        return f"{reverse('project-detail', args=[record['project_id']])}#facts"
    if record.get("id") is None:
        return ""
    if record["type"] == "project":
        return reverse("project-detail", args=[record["id"]])
    if record["type"] == "observation":
        month = str(record.get("on", ""))[:7]
        return observations_url(incubator=incubator, month=month)
    if record.get("enterprise_id"):
        return reverse("enterprise-detail", args=[record["enterprise_id"]])
    return ""


GAP_ACTIONS = {
    "observation_missing": lambda: _("Enter the measures"),
    "observation_unverified": lambda: _("Verify the measures"),
    "fact_unverified": lambda: _("Open the fact"),
    "fact_returned": lambda: _("Open the fact"),
    "recognition_unverified": lambda: _("Open the enterprise"),
    "contract_missing": lambda: _("Open the contract"),
    "target_missing": lambda: _("Set the targets"),
    "scheme_missing": lambda: _("Open the scheme"),
}


def gap_url(link: Mapping[str, Any] | None) -> str:
    """Where the gap is closed."""
    if not link:
        return ""
    kind, incubator = link["kind"], link.get("incubator") or ""
    if kind == "observations":
        return observations_url(
            incubator=incubator,
            month=str(link.get("period") or "") if len(str(link.get("period") or "")) == 7 else "",
            year=str(link.get("period") or "")[:4],
            measure=str(link.get("measure") or ""),
        )
    if kind in ("fact", "project"):
        project = link.get("project_id") or (link.get("id") if kind == "project" else None)
        if project:
            return f"{reverse('project-detail', args=[project])}#facts"
        return f"{reverse('project-list')}?{urlencode({'incubator': incubator})}"
    if kind == "recognition":
        enterprise = link.get("enterprise_id")
        return reverse("enterprise-detail", args=[enterprise]) if enterprise else reverse("enterprise-list")
    if kind == "scheme":
        return reverse("evaluation-scheme")
    return reverse("incubator-detail", args=[incubator]) if incubator else reverse("incubator-list")


def gap_items(gaps: Iterable[Mapping[str, Any]], *, whole_park: bool) -> list[dict[str, Any]]:
    """Gaps as items of a task list: what is missing, who can put it right, and where.

    Months of one incubator that lack the same kind of thing are one item: nobody reads thirty-six lines.
    """
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for number, gap in enumerate(gaps):
        by_month = gap["link"]["kind"] == "observations"
        place = gap["incubator"]["code"] if gap["incubator"] else ""
        groups.setdefault((gap["code"], place) if by_month else number, []).append(gap)
    return [_item(group, whole_park=whole_park) for group in groups.values()]


def _item(group: list[Mapping[str, Any]], *, whole_park: bool) -> dict[str, Any]:
    gap = group[0]
    who = _("Can be put right by: %(who)s") % {"who": gap["who_label"]}
    place = gap["incubator"]["name"] if gap["incubator"] else ""
    return {
        "label": gap["message"] if len(group) == 1 else _months_in_words(group),
        "message": f"{place} · {who}" if whole_park and place else who,
        "url": gap_url(gap["link"]),
        "action": GAP_ACTIONS[gap["code"]]() if gap["code"] in GAP_ACTIONS else _("Open"),
        "state": "open",
    }


def _months_in_words(group: list[Mapping[str, Any]]) -> str:
    words = {
        "first": fmt.period(group[0]["link"]["period"]),
        "last": fmt.period(group[-1]["link"]["period"]),
        "months": len(group),
        "count": sum(gap["count"] for gap in group),
    }
    if group[0]["code"] == "observation_missing":
        return (
            _("%(first)s to %(last)s: %(months)d months not fully reported, %(count)d values missing") % words
        )
    return _("%(first)s to %(last)s: %(count)d monthly values wait for verification") % words
