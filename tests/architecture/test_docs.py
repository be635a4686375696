"""What the documents say is what the code does: links lead somewhere, tables equal their source."""

import re
from collections.abc import Callable
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.db.models import TextChoices
from django.utils import translation

from accounts.enums import Role
from incubators.scope import ALLOWED, Action
from projects.enums import Stage
from projects.stages import FORWARD, GATES, FactState, Missing, ProjectState, Requirement

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path for pattern in ("*.md", "docs/**/*.md", "static/**/*.md") for path in ROOT.glob(pattern))
VOCABULARIES = (
    "core",
    "accounts",
    "incubators",
    "evidence",
    "exchange",
    "enterprises",
    "projects",
    "outreach",
    "support",
    "ledger",
    "reviews",
    "funding",
    "applications",
    "contests",
    "sharing",
    "capital",
    "evaluation",
    "returns",
    "insight",
)
CODE_BLOCK = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)


def links_of(page: Path) -> list[str]:
    """Relative link targets of a page, images included; code is not prose."""
    targets = LINK.findall(CODE_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links_of(page):
        name, _, anchor = unquote(link).partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors_of(target)):
            lost.append(link)
    assert lost == []


def vocabularies_of(app: str) -> list[type[TextChoices]]:
    """The enumerations that the app itself defines."""
    module = import_module(f"{app}.enums")
    types = [value for value in vars(module).values() if isinstance(value, type)]
    return [kind for kind in types if issubclass(kind, TextChoices) and kind.__module__ == module.__name__]


def glossary(name: str) -> dict[str, tuple[str, str]]:
    """``{code: (English, Chinese)}`` of the section headed by this enumeration."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    section = re.search(rf"^### `{name}`$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert section is not None, f"docs/glossary.md has no section “### `{name}`”"
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \| [^|]+ \|$", section[1], re.MULTILINE)
    return {code: (english, chinese) for code, english, chinese in rows}


@pytest.mark.parametrize(
    "words",
    [words for app in VOCABULARIES for words in vocabularies_of(app)],
    ids=lambda words: words.__name__,
)
def test_the_glossary_holds_every_code_in_the_words_of_the_pages(words: type[TextChoices]) -> None:
    expected = {}
    for item in words:
        with translation.override("en"):
            english = str(item.label)
        with translation.override("zh-hans"):
            expected[str(item.value)] = (english, str(item.label))
    assert glossary(words.__name__) == expected


def named(stage: str) -> str:
    with translation.override("zh-hans"):
        return f"`{stage}` {Stage(stage).label}"


def table(*rows: tuple[str, ...]) -> list[str]:
    head, *body = rows
    return [f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *body)]


def moves_table() -> list[str]:
    """The steps ahead from each stage."""
    rows = [(named(stage), ", ".join(map(named, ahead)) or "–") for stage, ahead in FORWARD.items()]
    return table(("from", "ahead"), *rows)


def asked_by(requirement: Requirement) -> list[Missing]:
    """Everything one requirement asks for, one thing after the other: enter, prove, verify."""
    nothing = requirement(ProjectState(stage="", legs_under_way=1))
    assert nothing is not None
    kind = nothing.field.removeprefix("facts.")
    progress = [
        requirement(ProjectState(stage="", legs_under_way=1, facts={kind: state}))
        for state in (FactState(entered=True), FactState(entered=True, proved=True))
    ]
    more = takewhile(lambda item: item is not None and item != nothing, progress)
    return [nothing, *(item for item in more if item is not None)]


def gates_table() -> list[str]:
    """Everything that each gate asks for, in the order of the path."""
    rows = []
    for stage, requirements in GATES.items():
        for requirement in requirements:
            asked = asked_by(requirement)
            second = "yes" if len(asked) == 3 else "–"
            words = " ".join(item.message for item in asked)
            rows.append((named(stage), f"`{asked[0].field}`", words, second))
    return table(("to enter", "field", "asks", "second person"), *rows)


def permissions_table() -> list[str]:
    """What each role may do where its membership lies."""
    rows = []
    for role in Role:
        with translation.override("zh-hans"):
            name = f"`{role.value}` {role.label}"
        rows.append((name, *("✓" if action in ALLOWED[role] else "–" for action in Action)))
    return table(("role", *(f"`{action.value}`" for action in Action)), *rows)


@pytest.mark.parametrize(
    ("mark", "expected", "source"),
    [
        ("moves", moves_table, "FORWARD in projects/stages.py"),
        ("gates", gates_table, "GATES in projects/stages.py"),
        ("permissions", permissions_table, "ALLOWED in incubators/scope.py"),
    ],
)
def test_the_tables_of_the_domain_equal_the_code(
    mark: str, expected: Callable[[], list[str]], source: str
) -> None:
    text = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {mark}: .*? -->\n\n(.*?)\n\n<!-- /{mark} -->", text, re.DOTALL)
    assert found is not None, f"docs/domain.md lost its marks around the table “{mark}”"
    right = expected()
    assert found[1].splitlines() == right, (
        f"docs/domain.md no longer says what {source} does. Put this between the marks “{mark}”:\n\n"
        + "\n".join(right)
    )


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[Unreleased\]$", text, re.MULTILINE) == ["## [Unreleased]"]


def test_decisions_are_numbered_listed_and_whole() -> None:
    """One page each, told in the same order, so that a reader finds the alternatives."""
    folder = ROOT / "docs" / "adr"
    names = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    index = (folder / "README.md").read_text(encoding="utf-8")
    for name in names:
        assert f"({name})" in index, f"docs/adr/README.md does not list {name}"
        headings = re.findall(r"^## (.+)$", (folder / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives considered"], name
