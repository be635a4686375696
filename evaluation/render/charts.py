"""ECharts option JSON → SVG on the server: the chart on the page and in the report is one definition.

ECharts runs inside QuickJS, without Node or a browser. One JavaScript context is kept per process; it lives
on a thread of its own, because a QuickJS runtime crashes when two threads touch it, even in turn.
"""

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.render.document import ChartBlock
from evaluation.render.per_process import PerProcess
from evaluation.render.wording import clean

if TYPE_CHECKING:
    import quickjs

logger = logging.getLogger(__name__)

FONT_FAMILY = "Noto Sans SC"
# Told apart by lightness too, so a print in grey and colour-blind readers keep the difference.
PALETTE = ("#0f5e73", "#d98e32", "#6fa8b5", "#8a4f7d", "#a9bcc3", "#b5533c", "#5c7f3a", "#3b4a54")
ECHARTS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "echarts" / "echarts.min.js"

_MOST_NAMED_CATEGORIES = 14

# A bare JavaScript engine has no timers and no console; ECharts looks them up while it loads. Nothing is
# ever called back: with animation off one pass draws the finished chart. Randomness would differ by process.
_SHIMS = """
var window = undefined, self = globalThis, global = globalThis;
globalThis.setTimeout = globalThis.setInterval = globalThis.requestAnimationFrame = function () { return 0; };
globalThis.clearTimeout = globalThis.clearInterval = globalThis.cancelAnimationFrame = function () {};
globalThis.console = { log() {}, info() {}, warn() {}, error() {}, debug() {} };
globalThis.performance = { now() { return 0; } };
(function () { var seed = 1; Math.random = function () {
  seed = (seed * 16807) % 2147483647; return seed / 2147483647; }; })();
"""

# The result goes through JSON.stringify because the binding damages large strings returned as they are.
_DRAW = """
function draw(option, width, height) {
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  try {
    chart.setOption(JSON.parse(option));
    return JSON.stringify(chart.renderToSVGString({ useViewBox: true }));
  } finally { chart.dispose(); }
}
"""

# What only a browser uses; its class names also count the charts drawn by this process so far.
_SCREEN_ONLY = re.compile(r'<style\b.*?</style>\s*| (?:class|ecmeta_\w+|pointer-events)="[^"]*"', re.DOTALL)
_GENERATED_ID = re.compile(r"\bzr\d+-(\w+?)\d+\b")


class ChartRefused(ValueError):
    """ECharts cannot draw this option, for instance a Sankey chart whose flows form a circle."""


def chart_svg(option: Mapping[str, Any], *, width: int = 720, height: int = 320) -> str:
    """The chart as a standalone SVG of `width` × `height` pixels; equal options give equal text.

    Raises ValueError when the option is not pure JSON, ChartRefused when ECharts cannot draw it.
    """
    import quickjs

    try:
        payload = json.dumps(_printable(option, width), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"the chart option is not pure JSON: {error}") from error
    try:
        with _echarts.use() as draw:
            answer = draw(payload, width, height)
    except quickjs.JSException as error:
        raise ChartRefused(str(error).splitlines()[0]) from error
    svg: str = json.loads(answer)
    return clean(_renumbered(_SCREEN_ONLY.sub("", svg)))


def _renumbered(svg: str) -> str:
    """Generated ids (clips, gradients) numbered by first appearance instead of by the life of the process."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return numbers.setdefault(match.group(0), f"chart-{match.group(1)}{len(numbers)}")

    return _GENERATED_ID.sub(number, svg)


def drawn_or_none(block: ChartBlock, *, width: int) -> str | None:
    """The chart of `block`, or None when its data has no picture; the report then says so."""
    try:
        return chart_svg(block.option, width=width, height=block.height)
    except ChartRefused as refusal:
        logger.warning("chart %s was not drawn: %s", block.id, refusal)
        return None


def _printable(option: Mapping[str, Any], width: int) -> dict[str, Any]:
    """The option for paper: nothing that moves or answers a pointer, and every category named."""
    screen_only = ("tooltip", "toolbox", "dataZoom")
    still = {key: value for key, value in option.items() if key not in screen_only}
    if isinstance(still.get("xAxis"), Mapping):
        still["xAxis"] = _named_categories(still["xAxis"], width)
    text_style = {**still.get("textStyle", {}), "fontFamily": FONT_FAMILY}
    return {"color": list(PALETTE), **still, "animation": False, "textStyle": text_style}


def _named_categories(axis: Mapping[str, Any], width: int) -> Mapping[str, Any]:
    """On paper nobody can point at a bar: ECharts must not leave out the names that it finds too long."""
    count = len(axis.get("data", ()))
    if axis.get("type") != "category" or not 0 < count <= _MOST_NAMED_CATEGORIES:
        return axis
    wrapped = {"interval": 0, "width": (width - 80) // count - 8, "overflow": "break"}
    return {**axis, "axisLabel": {**wrapped, **axis.get("axisLabel", {})}}


def _load_echarts() -> "quickjs.Function":
    import quickjs

    source = ECHARTS.read_text(encoding="utf-8")
    return quickjs.Function("draw", _SHIMS + source + _DRAW, own_executor=True)


_echarts = PerProcess(_load_echarts)
