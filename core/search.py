"""One search text per record, so that 简体, 繁體, pinyin, initials and English find the same name."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_SPACES = re.compile(r"\s+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")


@lru_cache(maxsize=1)
def _to_simplified() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def fold(text: str) -> str:
    """NFKC, simplified characters, lower case, single spaces: the form in which texts are compared."""
    folded = unicodedata.normalize("NFKC", text)
    if _CHINESE.search(folded):
        folded = _to_simplified().convert(folded)
    return _SPACES.sub(" ", folded).strip().casefold()


def pinyin_of(text: str) -> str:
    """Pinyin without tones and without spaces; other characters stay: 张江 → zhangjiang."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(fold(text), style=Style.NORMAL, errors="default"))


def initials_of(text: str) -> str:
    """First letters of the pinyin: 张江 → zj."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(fold(text), style=Style.FIRST_LETTER, errors="default"))


@lru_cache(maxsize=16_384)
def search_text(*names: str) -> str:
    """Everything by which the record can be found, one space-separated line."""
    parts: list[str] = []
    for name in names:
        folded = fold(name)
        if not folded:
            continue
        parts.append(folded)
        if _CHINESE.search(folded):
            parts += [pinyin_of(folded).replace(" ", ""), initials_of(folded).replace(" ", "")]
    return " ".join(dict.fromkeys(parts))


def sort_key(name: str) -> str:
    """Chinese sorts by pinyin; the database has no ICU collation to do it."""
    return pinyin_of(name)[:120]
