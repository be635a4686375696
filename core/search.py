"""One search text per record, so that 简体, 繁體, pinyin, initials and English find the same name."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_SPACES = re.compile(r"\s+")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_RUNS = re.compile(r"([\u3400-\u9fff]+)")


@lru_cache(maxsize=1)
def _to_simplified() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    """At least one character of each entry that the converter changes: a text without any is simplified.

    The converter is slow, and most texts here are simplified already.
    """
    from importlib.resources import files

    dictionaries = files("opencc") / "dictionary"
    entries = [
        line.split("\t")
        for name in ("TSCharacters.txt", "TSPhrases.txt")
        for line in (dictionaries / name).read_text("utf-8").splitlines()
    ]
    changed = {key: first for key, value in entries if (first := value.split(" ")[0]) != key}
    signs = {key for key in changed if len(key) == 1}
    for key, first in changed.items():
        if signs.isdisjoint(key):
            signs.update(sign for sign in key if sign not in first)
    return re.compile(f"[{''.join(map(re.escape, sorted(signs)))}]")


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """NFKC, simplified characters, lower case, single spaces: the form in which texts are compared."""
    if text.isascii():
        return " ".join(text.split()).lower()
    folded = unicodedata.normalize("NFKC", text)
    if _CHINESE.search(folded) and _traditional().search(folded):
        folded = _to_simplified().convert(folded)
    return _SPACES.sub(" ", folded).strip().casefold()


@lru_cache(maxsize=65_536)
def _spelling_of_word(word: str) -> tuple[str, str]:
    """Pinyin and initials of one word; words come back all the time, whole names don't."""
    from pypinyin import Style, lazy_pinyin

    return (
        "".join(lazy_pinyin([word], style=Style.NORMAL, errors="default")),
        "".join(lazy_pinyin([word], style=Style.FIRST_LETTER, errors="default")),
    )


@lru_cache(maxsize=16_384)
def _spelling(folded: str) -> tuple[str, str]:
    """Pinyin and initials of a folded text; how a character is read depends on the word it stands in."""
    from pypinyin.seg.mmseg import seg

    pieces = [
        _spelling_of_word(word)
        for part in _RUNS.split(folded)
        if part
        for word in (seg.cut(part) if _CHINESE.match(part) else (part,))
    ]
    return "".join(full for full, _short in pieces), "".join(short for _full, short in pieces)


def pinyin_of(text: str) -> str:
    """Pinyin without tones and without spaces; other characters stay: 张江 → zhangjiang."""
    return _spelling(fold(text))[0]


def initials_of(text: str) -> str:
    """First letters of the pinyin: 张江 → zj."""
    return _spelling(fold(text))[1]


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
            parts += [spelt.replace(" ", "") for spelt in _spelling(folded)]
    return " ".join(dict.fromkeys(parts))


def sort_key(name: str) -> str:
    """Chinese sorts by pinyin; the database has no ICU collation to do it."""
    return pinyin_of(name)[:120]


#: What companies and projects carry beside their name, in the folded form; it never tells two of them apart.
_LEGAL_FORMS = re.compile(
    r"(股份)?有限(责任)?公司|集团|公司|项目|团队|\b(co|company|ltd|limited|inc|corp|corporation|llc|gmbh|ab|plc|"
    r"project|team|group)\b"
)
#: Cities and provinces with which registered names begin; the same firm is as often written without.
_PLACE = re.compile(
    r"^(中国|江苏|浙江|广东|安徽|湖北|陕西|山东)?(省)?"
    r"(江阴|无锡|上海|深圳|北京|苏州|南京|杭州|广州|昆山|珠海|香港|襄阳|宝鸡|青岛|泉州|淮南)?(市)?"
)
_IN_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_NOT_A_LETTER = re.compile(r"[^0-9a-z\u00df-\u024f\u3400-\u9fff]+")


@lru_cache(maxsize=16_384)
def name_keys(*names: str) -> tuple[str, ...]:
    """The forms under which two records of the same thing meet: 江阴飞榴科技有限公司, 飛榴科技, "Feiliu Keji
    Co., Ltd." share one. Without legal forms, brackets, spaces and punctuation; Chinese also as pinyin.

    Short remainders (one character, two letters) are no key: they would join strangers.
    """
    keys: list[str] = []
    for name in names:
        folded = fold(name)
        bare = _NOT_A_LETTER.sub("", _LEGAL_FORMS.sub(" ", _IN_BRACKETS.sub(" ", folded)))
        bare = bare or _NOT_A_LETTER.sub("", folded)
        if _CHINESE.search(bare):
            forms = [bare, _PLACE.sub("", bare)]
            keys += [
                key
                for form in forms
                if len(form) > 1
                for key in (form, _NOT_A_LETTER.sub("", pinyin_of(form)))
            ]
        elif len(bare) > 2:
            keys.append(bare)
    return tuple(dict.fromkeys(keys))
