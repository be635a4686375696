from importlib.resources import files

import pytest
from opencc import OpenCC

from core.search import _traditional, fold, name_keys, search_text, sort_key


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


def test_one_firm_has_a_common_key_however_it_is_written() -> None:
    forms = ["江阴飞榴科技有限公司", "飛榴科技（江阴）有限公司", "Feiliu Keji Co., Ltd.", "飞榴 科技"]
    keys = [set(name_keys(form)) for form in forms]
    assert set.intersection(*keys) == {"feiliukeji"}


def test_what_tells_two_names_apart_stays_in_their_keys() -> None:
    assert not set(name_keys("示例项目1")) & set(name_keys("示例项目12"))


def test_a_name_too_short_to_mean_anything_is_no_key() -> None:
    assert name_keys("A", "公司", "项") == ("公司", "gongsi")


def test_what_is_taken_for_simplified_is() -> None:
    """Every entry that the converter changes is seen, so that only what it leaves alone skips it."""
    dictionaries = files("opencc") / "dictionary"
    entries = [
        line.split("\t")[0]
        for name in ("TSCharacters.txt", "TSPhrases.txt")
        for line in (dictionaries / name).read_text("utf-8").splitlines()
    ]
    convert = OpenCC("t2s").convert
    changed = {entry: convert(entry) for entry in entries if convert(entry) != entry}
    assert len(changed) > 4000
    assert [entry for entry in changed if not _traditional().search(entry)] == []
    assert _traditional().search("示例：江阴飞榴科技有限公司柔性传感器产业化") is None


def test_plain_letters_fold_as_all_others_do() -> None:
    assert fold(" A\x1f  b\t\nC-3 ") == fold(" Ａ\x1f  ｂ\t\nＣ-３ ") == "a b c-3"
