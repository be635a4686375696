"""Translations are compiled without gettext tools, and what is missing is found."""

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import messages
import po as catalogues
import pytest
import texts

PO = r"""
# A comment.
#, fuzzy
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
    path = folder / "django.po"
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(messages, "FIRST", path)
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
    assert messages.problems(po, {}) == [
        f"{name}:30: 'Guessed' is marked fuzzy",
        f"{name}:33: 'Untranslated' has no translation",
        f"{name}:39: 'Hello %(name)s' has other placeholders than its translation",
    ]


def test_a_text_of_the_code_that_the_catalogue_lacks_is_a_problem(po: Path) -> None:
    used = {(None, "New"): catalogues.Entry(text="New", places=["core/models.py"])}

    first = messages.problems(po, used)[0]

    assert first == "locale/zh_Hans/LC_MESSAGES/django.po: 'New' of core/models.py is missing"


def test_only_newer_files_are_compiled_again(po: Path) -> None:
    compiled(po)
    before = po.with_suffix(".mo").stat().st_mtime_ns

    messages.compile_all()

    assert po.with_suffix(".mo").stat().st_mtime_ns == before


def test_a_broken_file_is_named_with_its_line(po: Path, capsys: pytest.CaptureFixture[str]) -> None:
    po.write_text('msgid "a"\nmsgstr "unfinished\n', encoding="utf-8")

    assert messages.main(["compile"]) == 1
    assert "django.po:2" in capsys.readouterr().err


MODELS = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
NAME = _("Project")
LONG = _("A text " "in two parts")
VERB = pgettext_lazy("verb", "Project")
def count(number):
    return ngettext("one file", "%(count)d files", number) + _(NAME) + str("not a text")
"""
PAGE = """
{% load i18n %}{# a comment #}
<h1>{% translate "It's 100% done" %}</h1>
{% translate "Open" context "state" %}
{% blocktranslate trimmed with name=project.name %}
  Hello
  {{ name }}
{% endblocktranslate %}
{% blocktranslate count number=total %}one park{% plural %}{{ number }} parks{% endblocktranslate %}
<a title="{{ title|default:_('No title') }}">{% include "x.html" with label=_("Label") %}</a>
"""
TEXTS = {
    (None, "Project"): None,
    (None, "A text in two parts"): None,
    ("verb", "Project"): None,
    (None, "one file"): "%(count)d files",
    (None, "It's 100%% done"): None,
    ("state", "Open"): None,
    (None, "Hello %(name)s"): None,
    (None, "one park"): "%(number)s parks",
    (None, "No title"): None,
    (None, "Label"): None,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one app, its models and one template."""
    app = tmp_path / "shop"
    app.mkdir()
    (app / "apps.py").touch()
    (app / "models.py").write_text(MODELS)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    return tmp_path


def test_every_text_of_code_and_templates_is_found(project: Path) -> None:
    found = texts.used(project)

    assert {key: entry.plural for key, entry in found.items()} == TEXTS
    assert found[None, "Project"].places == ["shop/models.py"]


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="the gettext tools are not installed")
def test_gettext_finds_the_same_texts(project: Path) -> None:
    (project / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans", "--verbosity", "0"]
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=project, env=env, check=True)

    collected = catalogues.Reader(project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").read()

    assert {(entry.context, entry.text): entry.plural for entry in collected if entry.text} == TEXTS


def test_collecting_keeps_translations_adds_texts_and_drops_the_unused(po: Path, project: Path) -> None:
    fragment = project / "more.po"
    fragment.write_text('msgid "Label"\nmsgstr "标签"\n', encoding="utf-8")

    messages.collect_all([str(fragment)])

    entries = {(entry.context, entry.text): entry for entry in catalogues.Reader(po).read() if entry.text}
    assert set(entries) == set(TEXTS)
    assert entries[None, "Project"].value == "项目"
    assert entries[None, "Label"].value == "标签"
    assert not entries[None, "Hello %(name)s"].translated
    assert messages.check_all() == 1


def test_collecting_twice_changes_nothing(po: Path, project: Path) -> None:
    messages.collect_all([])
    once = po.read_bytes()

    messages.collect_all([])

    assert po.read_bytes() == once


def test_a_catalogue_survives_writing_and_reading(po: Path) -> None:
    entries = catalogues.Reader(po).read()

    po.write_text(catalogues.written(entries), encoding="utf-8")

    again = catalogues.Reader(po).read()
    assert [(entry.key, entry.value, entry.fuzzy) for entry in again] == [
        (entry.key, entry.value, entry.fuzzy) for entry in entries
    ]
