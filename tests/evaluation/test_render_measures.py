import pytest

from evaluation.render.document import Column, Table
from evaluation.render.measures import chunked, column_shares
from evaluation.render.wording import chinese_number, clean, section_heading


def test_column_shares_follow_the_weights_when_there_is_room() -> None:
    table = Table("t", "t", (Column("a", weight=3), Column("b", weight=1)), (("x", "y"),))

    assert column_shares(table, "en", total_em=100) == pytest.approx([0.75, 0.25])


def test_a_column_is_never_narrower_than_its_longest_figure() -> None:
    columns = (Column("name", weight=9), Column("n", "integer", weight=0.1))
    table = Table("t", "t", columns, (("x", 1234567890),))

    shares = column_shares(table, "en", total_em=50)

    assert sum(shares) == pytest.approx(1)
    assert shares[1] * 50 >= len("1,234,567,890") * 0.56


def test_shares_add_up_in_a_table_that_is_too_narrow() -> None:
    table = Table("t", "t", tuple(Column(f"column {n}", "money") for n in range(30)), ())

    assert sum(column_shares(table, "en", total_em=20)) == pytest.approx(1)


def test_only_overlong_runs_are_chunked() -> None:
    assert chunked("a short text 中文中文中文中文中文中文中文中文中文中文", "|") == (
        "a short text 中文中文中文中文中文中文中文中文中文中文"
    )
    assert chunked("0123456789abcdef0123456789", "|") == "01234567|89abcdef|01234567|89"


def test_clean_drops_what_no_file_format_holds() -> None:
    assert clean("a\x00b\x1f\ud800c\ufffe\n\t中😀") == "abc\n\t中😀"


@pytest.mark.parametrize(("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (34, "三十四")])
def test_chinese_number(number: int, text: str) -> None:
    assert chinese_number(number) == text


def test_section_heading() -> None:
    assert [section_heading(3, "评分", "zh-hans"), section_heading(3, "Scores", "en")] == [
        "三、评分",
        "3. Scores",
    ]
