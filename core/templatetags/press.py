"""``{{ text|press_day }}`` and ``{{ source|press_source:lines }}``: what a publication printed, in the page's
language."""

import re
from collections.abc import Mapping

from django import template
from django.utils.translation import get_language, gettext

register = template.Library()

SOURCES: Mapping[str, tuple[str, str]] = {
    "000": ("香港《文汇报》，2025年4月", "Wen Wei Po, Hong Kong, April 2025"),
    "001": ("《苏州太湖智库专报》，2023年3月10日", "Suzhou Taihu think-tank report, 10 March 2023"),
    "002": ("无锡“双湾”报道，2023年3月", "Wuxi “two bays” article, March 2023"),
    "003": ("《高新技术产业导报》，2021年5月", "China High-Tech Industry Herald, May 2021"),
    "004": ("《科技日报》，2021年12月", "Science and Technology Daily, December 2021"),
}
_BOUND = re.compile(r"(?P<day>\d{4}(?:-\d{2}){0,2}) or (?P<side>before|after)")


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def bound_words(text: str) -> str:
    """``2020-05 or before`` → 2020-05 或更早; nothing for anything else."""
    match = _BOUND.fullmatch(text)
    if match is None:
        return ""
    words = gettext("%(day)s or before") if match["side"] == "before" else gettext("%(day)s or after")
    return words % {"day": match["day"]}


def source_words(source: str, lines: str = "") -> str:
    """The publication and the lines of its text, so that anyone can look the figure up."""
    zh, en = SOURCES.get(source[:3], (source, source))
    name = zh if is_chinese() else en
    return gettext("%(name)s, lines %(lines)s") % {"name": name, "lines": lines} if lines else name


@register.filter
def press_day(text: str) -> str:
    return bound_words(text or "") or text


@register.filter
def press_source(source: str, lines: str = "") -> str:
    return source_words(source or "", str(lines or ""))
