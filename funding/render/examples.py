"""What a worked example shows, in the language that is active."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from django.utils.translation import get_language

_CHINESE = Path(__file__).resolve().parents[1] / "data" / "examples_zh.yaml"


def example_words(text: str) -> str:
    """The register's own remarks in Chinese on Chinese pages; what people typed stays as it is."""
    return _chinese().get(text, text) if (get_language() or "").startswith("zh") else text


@cache
def _chinese() -> Mapping[str, str]:
    found: dict[str, str] = yaml.safe_load(_CHINESE.read_text(encoding="utf-8"))
    return found
