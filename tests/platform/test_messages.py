"""Translations are compiled without gettext tools, and what is missing is found."""

import gettext
from pathlib import Path

import messages
import pytest

PO = r"""
# A comment.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: core/models.py
msgid "Project"
msgstr "项目"

msgctxt "verb"
msgid "Project"
msgstr "预测"

msgid "one file"
msgid_plural "%(count)d files"
msgstr[0] "一个文件"
msgstr[1] "%(count)d 个文件"

msgid ""
"A long line "
"in two parts with \"quotes\"\n"
msgstr ""
"分成两段的"
"长句，带“引号”\n"

#, fuzzy
msgid "Guessed"
msgstr "猜的"

msgid "Untranslated"
msgstr ""

#~ msgid "Gone"
#~ msgstr "已删除"
"""


@pytest.fixture
def po(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    path = folder / "django.po"
    path.write_text(PO, encoding="utf-8")
    return path


def compiled(po: Path) -> gettext.GNUTranslations:
    assert messages.compile_all() == 0
    with po.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_the_standard_reader_finds_every_translation(po: Path) -> None:
    catalogue = compiled(po)

    assert catalogue.gettext("Project") == "项目"
    assert catalogue.pgettext("verb", "Project") == "预测"
    assert catalogue.ngettext("one file", "%(count)d files", 1) == "一个文件"
    assert catalogue.ngettext("one file", "%(count)d files", 5) == "%(count)d 个文件"
    assert catalogue.gettext('A long line in two parts with "quotes"\n') == "分成两段的长句，带“引号”\n"


def test_fuzzy_and_empty_translations_are_left_out(po: Path) -> None:
    catalogue = compiled(po)

    assert [catalogue.gettext(text) for text in ("Guessed", "Untranslated", "Gone")] == [
        "Guessed",
        "Untranslated",
        "Gone",
    ]


def test_problems_are_listed_with_their_line(po: Path) -> None:
    with po.open("a", encoding="utf-8") as file:
        file.write('\nmsgid "Hello %(name)s"\nmsgstr "你好 %(nmae)s"\n')

    name = "locale/zh_Hans/LC_MESSAGES/django.po"
    assert messages.problems(po) == [
        f"{name}:29: 'Guessed' is marked fuzzy",
        f"{name}:32: 'Untranslated' has no translation",
        f"{name}:38: 'Hello %(name)s' has other placeholders than its translation",
    ]
    assert messages.check_all() == 1


def test_only_newer_files_are_compiled_again(po: Path) -> None:
    compiled(po)
    before = po.with_suffix(".mo").stat().st_mtime_ns

    messages.compile_all()

    assert po.with_suffix(".mo").stat().st_mtime_ns == before


def test_a_broken_file_is_named_with_its_line(po: Path, capsys: pytest.CaptureFixture[str]) -> None:
    po.write_text('msgid "a"\nmsgstr "unfinished\n', encoding="utf-8")

    assert messages.main(["compile"]) == 1
    assert "django.po:2" in capsys.readouterr().err
