"""The few words a renderer adds by itself, in both languages, and what makes any text printable."""

import re
from dataclasses import dataclass

from evaluation.render.document import Document, Lang

# What XML 1.0 cannot hold (Word, Excel and SVG are XML): most control characters, half surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIGITS = "零一二三四五六七八九"


def clean(text: str) -> str:
    """`text` without the characters that no file format can hold."""
    return _UNPRINTABLE.sub("", text)


@dataclass(frozen=True, slots=True)
class Words:
    """Fixed words of the layout. `page` takes {page} and {pages}."""

    contents: str
    cover: str
    table: str
    figure: str
    digest: str
    digest_short: str
    date: str
    empty: str
    no_chart: str
    info: str
    warning: str
    marked: str
    seal: str
    colon: str
    page: str
    figures_head: tuple[str, str, str, str, str]


_WORDS: dict[Lang, Words] = {
    "zh-hans": Words(
        contents="目录",
        cover="封面",
        table="表",
        figure="图",
        digest="数据快照摘要（SHA-256）",
        digest_short="数据摘要",
        date="数据日期",
        empty="本期没有记录。",
        no_chart="本图无法按现有数据绘制，数据见下表。",
        info="说明",
        warning="请注意",
        marked="带“※”的行需要关注。",
        seal="（盖章处）",
        colon="：",
        page="第 {page} 页 / 共 {pages} 页",
        figures_head=("指标", "数值", "单位", "对比", "说明"),
    ),
    "en": Words(
        contents="Contents",
        cover="Cover",
        table="Table",
        figure="Figure",
        digest="Digest of the data snapshot (SHA-256)",
        digest_short="Data digest",
        date="Date of the data",
        empty="No records in this period.",
        no_chart="These data cannot be drawn as a chart; the table below holds them.",
        info="Note",
        warning="Please note",
        marked="Rows marked ※ need attention.",
        seal="(seal)",
        colon=": ",
        page="Page {page} of {pages}",
        figures_head=("Figure", "Value", "Unit", "Comparison", "Note"),
    ),
}


def words_of(document: Document) -> Words:
    return _WORDS[document.lang]


def section_heading(number: int, title: str, lang: Lang) -> str:
    """ "三、评分结果" or "3. Scores": official Chinese numbering, or plain figures in English."""
    if lang == "en":
        return f"{number}. {title}"
    return f"{chinese_number(number)}、{title}"


def chinese_number(number: int) -> str:
    """1 → 一, 10 → 十, 23 → 二十三; for 1 to 99, which a report never leaves."""
    tens, ones = divmod(number, 10)
    if not 1 <= number <= 99:
        return str(number)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")
