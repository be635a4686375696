import dataclasses
import io
import threading
import zipfile
from xml.etree import ElementTree

import pypdf
import pytest

from evaluation.render import Format, render
from evaluation.render.charts import ChartRefused, chart_svg
from evaluation.render.document import ChartBlock
from tests.evaluation.render_samples import HOSTILE, bar_chart, sample_document, small_document


def _charts() -> list[ChartBlock]:
    blocks = [block for section in sample_document().sections for block in section.blocks]
    return [block for block in blocks if isinstance(block, ChartBlock)]


def _texts(svg: str) -> list[str]:
    return [
        "".join(node.itertext()) for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")
    ]


def test_the_same_option_gives_the_same_svg_whatever_was_drawn_before() -> None:
    first = [chart_svg(chart.option) for chart in _charts()]
    again = [chart_svg(chart.option) for chart in reversed(_charts())]

    assert first == again[::-1]


def test_a_chart_names_every_category_and_value() -> None:
    texts = _texts(chart_svg(bar_chart().option))

    for shown in ("示例甲孵化器", "示例乙孵化器", "示例丙海外孵化器", "11", "14", "10", "18", "21", "12"):
        assert shown in texts


def test_long_names_are_wrapped_rather_than_left_out() -> None:
    names = [f"示例{n}号生物医药产业孵化器（长三角）" for n in range(6)]
    option = {
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "data": [1] * 6}],
    }

    assert all(name in "".join(_texts(chart_svg(option))) for name in names)


def test_hostile_names_stay_text() -> None:
    option = {
        "xAxis": {"type": "category", "data": [HOSTILE]},
        "yAxis": {"type": "value"},
        "series": [{"type": "bar", "data": [1]}],
    }

    assert "<b>&" in "".join(_texts(chart_svg(option)))


def test_an_option_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not pure JSON"):
        chart_svg({"series": [{"type": "bar", "data": [object()]}]})
    with pytest.raises(ValueError, match="not pure JSON"):
        chart_svg({"series": [{"type": "bar", "data": [float("nan")]}]})


CIRCLE = {
    "series": [
        {
            "type": "sankey",
            "data": [{"name": "a"}, {"name": "b"}],
            "links": [{"source": "a", "target": "b", "value": 1}, {"source": "b", "target": "a", "value": 1}],
        }
    ]
}


def test_a_circle_of_flows_is_refused_and_harms_no_later_chart() -> None:
    before = chart_svg(bar_chart().option)

    with pytest.raises(ChartRefused):
        chart_svg(CIRCLE)
    assert chart_svg(bar_chart().option) == before


@pytest.mark.parametrize(("format", "part"), [("pdf", None), ("docx", "word/document.xml")])
def test_a_report_says_that_a_chart_cannot_be_drawn(format: Format, part: str | None) -> None:
    block = dataclasses.replace(bar_chart(zh=False), option=CIRCLE)
    data = render(small_document(block), format=format)

    if part is None:
        text = pypdf.PdfReader(io.BytesIO(data)).pages[2].extract_text()
    else:
        text = zipfile.ZipFile(io.BytesIO(data)).read(part).decode()
    assert "cannot be drawn as a chart" in text
    assert "Example Alpha Incubator" in text


def test_charts_are_drawn_from_several_threads() -> None:
    option = bar_chart().option
    drawn: list[str] = []
    threads = [threading.Thread(target=lambda: drawn.append(chart_svg(option))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert drawn == [chart_svg(option)] * 4
