"""Comparing headings with columns: what they say beside the name (unit, "required"), close spellings."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.search import fold
from exchange.sheets import Column, Kind

#: Yuan per unit that a heading may name.
FACTORS: Mapping[str, Decimal] = {
    "元": Decimal(1),
    "千元": Decimal(1000),
    "万元": Decimal(10**4),
    "百万元": Decimal(10**6),
    "千万元": Decimal(10**7),
    "亿元": Decimal(10**8),
    "yuan": Decimal(1),
    "cny": Decimal(1),
    "rmb": Decimal(1),
    "thousand yuan": Decimal(1000),
    "10,000 yuan": Decimal(10**4),
    "million yuan": Decimal(10**6),
}
_UNIT = "|".join(sorted(map(re.escape, FACTORS), key=len, reverse=True))
_UNIT_IN_HEADING = re.compile(
    rf"[(\[【]\s*(?:单位\s*[::]?\s*)?(?:人民币\s*)?({_UNIT})\s*(?:人民币)?\s*[)\]】]"
    rf"|[/,_\s]\s*(?:单位\s*[::]?\s*)?({_UNIT})$"
)
_UNIT_LINE = re.compile(rf"(?:金额)?单位\s*[::]\s*(?:人民币\s*)?({_UNIT})(?![a-z])")
_MARKS = re.compile(
    r"[(\[【]\s*(?:必填|选填|可选|必填项|required|optional|如有|格式[^)\]】]*|yyyy[^)\]】]*|单选|下拉选择?)\s*[)\]】]|[**::]"
)
_BLANKS = re.compile(r"[\s_\-/、,.·]+")
_OTHER_CURRENCY = re.compile(r"美元|欧元|港[元币]|英镑|日元|克朗|外币|usd|eur|hkd|gbp|sek|\$|€|£")
CLOSE = 0.75  # how alike two headings are, from 0 to 1, before one is offered for the other
#: Columns that people and our own returned files add, and that say nothing of a record.
ERROR_HEADINGS = ("错误说明", "What to correct")
_IGNORED_HEADINGS = (*ERROR_HEADINGS, "序号", "行号", "No.", "#")


def heading_key(text: str) -> str:
    """A heading as it is compared and remembered: folded, without unit, marks and blanks."""
    folded = _MARKS.sub("", _UNIT_IN_HEADING.sub("", fold(text)))
    return _BLANKS.sub("", folded)


def unit_factor(heading: str) -> Decimal | None:
    """Yuan per unit named in a heading such as 金额（万元）."""
    found = _UNIT_IN_HEADING.search(fold(heading))
    return FACTORS[found[1] or found[2]] if found else None


def unit_of_line(text: str) -> Decimal | None:
    """The unit of a line above the table such as 单位：万元."""
    found = _UNIT_LINE.search(fold(text))
    return FACTORS[found[1]] if found else None


@dataclass(frozen=True)
class Match:
    """The column that a heading means; ``sure`` False for a close spelling."""

    column: str
    sure: bool = True


class Headings:
    """The headings of one sheet, by every name under which they are known."""

    def __init__(self, columns: Sequence[Column], remembered: Mapping[str, str]) -> None:
        self.columns = {column.name: column for column in columns}
        self.remembered = remembered
        self._ignored = {heading_key(text) for text in _IGNORED_HEADINGS}
        names = _unique((text, c.name) for c in columns for text in _own_names(c))
        aliases = _unique((text, c.name) for c in columns for text in c.aliases)
        self._names = {**aliases, **names}

    def is_ignored(self, heading: str) -> bool:
        key = heading_key(heading)
        return self.remembered.get(key) == "" or (key in self._ignored and key not in self._names)

    def match(self, heading: str) -> Match | None:
        """The column of a heading: as remembered, by its name, else by a close spelling."""
        key = heading_key(heading)
        if not key:
            return None
        if (remembered := self.remembered.get(key)) in self.columns:
            return Match(str(remembered))
        name = self._names.get(key) or self._names.get(self._without_own_unit(key))
        return Match(name) if name else None

    def guess(self, heading: str, taken: Iterable[str]) -> str | None:
        """The column whose name is spelt most alike; never for money in another currency."""
        key, used = heading_key(heading), set(taken)
        free = [known for known, name in self._names.items() if name not in used]
        close = difflib.get_close_matches(key, free, n=1, cutoff=CLOSE) or _contained(key, free)
        name = self._names[close[0]] if close else None
        if name and self.columns[name].kind is Kind.MONEY and _OTHER_CURRENCY.search(fold(heading)):
            return None
        return name

    def _without_own_unit(self, key: str) -> str:
        """面积(㎡) is 面积 where the column counts in ㎡."""
        found = re.search(r"[(\[【]([^)\]】]*)[)\]】]$", key)
        if not found:
            return key
        bare = key[: found.start()]
        column = self.columns.get(self._names.get(bare, ""))
        units = (
            {_BLANKS.sub("", fold(unit)) for unit in (column.unit_zh, column.unit_en)} if column else set()
        )
        return bare if found[1] in units and found[1] else key


def _own_names(column: Column) -> tuple[str, ...]:
    return column.label_zh, column.label_en, column.name


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that mean one column; one that means two means neither."""
    meanings: dict[str, set[str]] = {}
    for text, name in pairs:
        meanings.setdefault(heading_key(text), set()).add(name)
    return {key: names.pop() for key, names in meanings.items() if key and len(names) == 1}


def _contained(key: str, known: Iterable[str]) -> list[str]:
    """The one known heading that contains the typed one or stands in it; none where there are several."""
    found = [other for other in known if min(len(other), len(key)) > 1 and (other in key or key in other)]
    return found if len(found) == 1 else []
