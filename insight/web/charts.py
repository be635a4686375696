"""Charts of the overview pages: an option for ECharts and the same figures as a table."""

from typing import Any

from django.utils.translation import gettext as _

from insight.selectors.pipeline import Pipeline


def stage_chart(pipeline: Pipeline) -> dict[str, Any]:
    """Tracked projects by stage, as bars with their numbers; stages without projects stay visible."""
    steps = pipeline.steps
    return {
        "option": {
            "grid": {"left": 8, "right": 40, "top": 4, "bottom": 4, "containLabel": True},
            "xAxis": {"type": "value", "show": False},
            "yAxis": {
                "type": "category",
                "inverse": True,
                "data": [name for _stage, name, _count in steps],
                "axisTick": {"show": False},
                "axisLine": {"show": False},
            },
            "series": [
                {
                    "type": "bar",
                    "data": [count for _stage, _name, count in steps],
                    "barWidth": 14,
                    "label": {"show": True, "position": "right"},
                }
            ],
        },
        "table": {
            "head": [_("Stage"), _("Projects")],
            "rows": [[name, count] for _stage, name, count in steps],
        },
        "empty": "" if pipeline.total else _("No project has been entered yet."),
    }
