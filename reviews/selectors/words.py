"""Reasons, conflicts and calculations in sentences, in the language of the page."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from projects.models import Sector
from reviews.enums import ConflictKind, ExpertRegion, MarkMethod
from reviews.problems import Conflict
from reviews.scoring import Combined


def sector_names() -> dict[str, str]:
    return {sector.code: sector.name for sector in Sector.objects.order_by("position", "pk")}


def reason_of_conflict(conflict: Conflict) -> dict[str, Any]:
    return {"code": "conflict", "kind": conflict.kind, "about": conflict.about}


def in_words(reasons: Iterable[Mapping[str, Any]], sectors: Mapping[str, str]) -> list[str]:
    """One sentence per reason; a code of another version is left out."""
    return [words for reason in reasons if (words := _sentence(reason, sectors))]


def _sentence(reason: Mapping[str, Any], sectors: Mapping[str, str]) -> str:
    code = str(reason.get("code", ""))
    if code == "conflict":
        return conflict_words(str(reason["kind"]), str(reason.get("about", "")))
    if code in ("field", "other_field"):
        name = sectors.get(str(reason["field"]), str(reason["field"]))
        return (_("field matches: %(field)s") if code == "field" else _("other field than %(field)s")) % {
            "field": name
        }
    if code in ("region", "other_region"):
        region = str(reason["region"])
        label = str(ExpertRegion(region).label) if region in ExpertRegion.values else region
        return (_("region as wished: %(region)s") if code == "region" else _("from %(region)s")) % {
            "region": label
        }
    return _of_load(code, reason)


def _of_load(code: str, reason: Mapping[str, Any]) -> str:
    sentences = {
        "load_year": _("%(count)s of %(most)s cases this year"),
        "load_now": _("%(count)s of %(most)s cases at the moment"),
        "full_year": _("not possible: all %(most)s cases of this year are taken"),
        "full_now": _("not possible: has %(count)s of %(most)s cases at the moment"),
        "chosen": _("chosen by %(who)s"),
        "no_agreement": _("not possible: no agreement on this day"),
    }
    return sentences[code] % dict(reason) if code in sentences else ""


def conflict_words(kind: str, about: str = "") -> str:
    """``excluded: same employer (示例公司)``."""
    label = str(ConflictKind(kind).label) if kind in ConflictKind.values else kind
    if about:
        return _("excluded: %(conflict)s (%(about)s)") % {"conflict": label, "about": about}
    return _("excluded: %(conflict)s") % {"conflict": label}


def steps_of(combined: Combined, method: str) -> list[str]:
    """The calculation, line by line, as one would write it on paper."""
    if not combined.marks:
        return [_("No marks yet; %(needed)d are needed.") % {"needed": combined.needed}]
    steps = [_("Marks, lowest first: %(marks)s") % {"marks": _listed(combined.marks)}]
    if combined.missing:
        steps.append(
            _("%(given)d of %(needed)d marks needed are there, so there is no result yet.")
            % {"given": len(combined.marks), "needed": combined.needed}
        )
        return steps
    if method == MarkMethod.TRIMMED_MEAN:
        steps.append(
            _("Left out: the lowest %(lowest)s and the highest %(highest)s")
            % {"lowest": combined.dropped[0], "highest": combined.dropped[-1]}
        )
    steps.append(
        _("Mean: (%(sum)s) ÷ %(count)d = %(total)s ÷ %(count)d = %(value)s, rounded half up to 0.01")
        % {
            "sum": " + ".join(map(str, combined.used)),
            "count": len(combined.used),
            "total": combined.total,
            "value": combined.value,
        }
    )
    return steps


def _listed(marks: Sequence[Decimal]) -> str:
    return " · ".join(map(str, marks))
