"""Reference documents: what each indicator measures, and how a scheme turns it into points.

Rules by which everyone is measured are open to everyone who signs in.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.templatetags import fmt
from evaluation.enums import NodeKind, SchemeStatus
from evaluation.indicators import CALCULATIONS
from evaluation.models import Indicator, Scheme, SchemeNode
from evaluation.scoring import earn, words


@login_required
@require_GET
def indicators(request: HttpRequest) -> HttpResponse:
    """Definitions: unit, direction, formula, basis, and the schemes that use them."""
    found = Indicator.objects.order_by("pk")
    weights = {
        node.indicator_id: node
        for node in SchemeNode.objects.filter(scheme__status=SchemeStatus.PUBLISHED, indicator__isnull=False)
        .select_related("scheme", "parent")
        .order_by("scheme__valid_from", "pk")
    }
    rows = [{"indicator": row, "node": weights.get(row.pk)} | _wording(row) for row in found]
    return render(request, "evaluation/indicators.html", {"rows": rows})


def _wording(indicator: Indicator) -> dict[str, str]:
    chinese = _is_chinese()
    return {
        "unit": indicator.unit_zh if chinese else indicator.unit_en,
        "formula": indicator.formula_zh if chinese else indicator.formula_en,
    }


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


@login_required
@require_GET
def scheme(request: HttpRequest) -> HttpResponse:
    """The tree with points and rules in words. ``?version=<code>:<number>`` shows an earlier version."""
    versions = list(
        Scheme.objects.filter(status=SchemeStatus.PUBLISHED).order_by("-valid_from", "code", "-version")
    )
    wanted = request.GET.get("version", "")
    shown = next((row for row in versions if not wanted or f"{row.code}:{row.version}" == wanted), None)
    if shown is None and (wanted or versions):
        raise Http404
    context: dict[str, Any] = {"scheme": shown, "versions": versions}
    if shown is not None:
        context |= _tree(shown)
    return render(request, "evaluation/scheme.html", context)


def _tree(scheme: Scheme) -> dict[str, Any]:
    nodes = list(scheme.nodes.select_related("indicator").order_by("position", "pk"))
    leaves = [node for node in nodes if node.kind != NodeKind.GROUP]
    chinese = _is_chinese()
    grades = sorted(scheme.grades, key=lambda row: Decimal(str(row[0])), reverse=True)
    total = sum((node.weight for node in nodes if node.kind == NodeKind.GROUP), Decimal(0))
    label = scheme.label_zh if chinese else scheme.label_en or scheme.label_zh
    return {
        "subtitle": _("How an evaluation becomes points. A published version never changes."),
        "ids": [
            (_("Version"), scheme.version),
            (_("Valid from"), fmt.day(scheme.valid_from)),
            (_("Until"), fmt.day(scheme.valid_until) if scheme.valid_until else _("further notice")),
            (_("Points in total"), fmt.number(total)),
        ],
        "bonus_note": _("bonus of %(limit)s points at most") % {"limit": fmt.number(scheme.bonus_limit)},
        "source": _source(scheme),
        "label": label,
        "groups": [
            {"head": node, "rows": _rows(leaf for leaf in leaves if leaf.parent_id == node.pk)}
            for node in nodes
            if node.kind == NodeKind.GROUP
        ],
        "extras": [
            {"kind": kind, "label": kind.label, "rows": _rows(leaf for leaf in leaves if leaf.kind == kind)}
            for kind in (NodeKind.BONUS, NodeKind.DEDUCTION, NodeKind.VETO)
        ],
        "grades": [{"lowest": row[0], "label": row[2] if chinese else row[3]} for row in grades],
    }


def _source(scheme: Scheme) -> str:
    """The source as stored; that of the demonstration in the language of the page."""
    if scheme.code == "demonstration":
        return _(
            "An example made for demonstration: its indicators, weights and thresholds are assumptions, not "
            "those of any issued regulation. Replace it with the scheme that the park has adopted."
        )
    return scheme.source


def _rows(nodes: Iterable[SchemeNode]) -> list[dict[str, Any]]:
    return [
        {"node": node, "indicator": node.indicator, "rule": rule_of(node)}
        | (_wording(node.indicator) if node.indicator else {})
        for node in nodes
    ]


def rule_of(node: SchemeNode) -> str:
    """The rule of a leaf in the words that its explanations use."""
    assert node.indicator is not None
    kind = CALCULATIONS[node.indicator.calculation].kind
    earned = earn(node.rule, weight=node.weight, value=Decimal(1), target=Decimal(1), kind=kind)
    text = words.rule_in_words(earned.key, earned.params, get_language() or "zh-hans")
    if node.rule.get("no_data") == "zero":
        text += _(" Without verified data: no points.")
    return text
