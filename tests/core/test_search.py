import pytest

from core.search import fold, search_text, sort_key


@pytest.mark.parametrize(
    "typed", ["江阴高新区", "江陰高新區", "jiangyin", "JYGXQ", "Jiangyin  High-tech", "ｊｉａｎｇｙｉｎ"]
)
def test_every_way_of_writing_finds_the_name(typed: str) -> None:
    text = search_text("江阴高新区", "Jiangyin High-tech Zone")
    assert fold(typed) in text


def test_another_name_is_not_found() -> None:
    assert fold("无锡") not in search_text("江阴高新区", "Jiangyin High-tech Zone")


def test_chinese_sorts_by_pinyin() -> None:
    assert sorted(["张江", "深圳", "安徽"], key=sort_key) == ["安徽", "深圳", "张江"]
