"""Every hostile file gives exactly the rows that the table expects, or is refused with a sentence."""

import pytest

from core.errors import Invalid
from tests.exchange.hostile.case import Case, outcome, table_of
from tests.exchange.hostile.of_cells import CASES as OF_CELLS
from tests.exchange.hostile.of_layout import CASES as OF_LAYOUT
from tests.exchange.hostile.of_refused import CASES as REFUSED

READ = [*OF_CELLS, *OF_LAYOUT]


@pytest.mark.parametrize("case", READ, ids=str)
def test_hostile_file_gives_the_expected_rows(case: Case) -> None:
    table = table_of(case)

    assert outcome(table) == dict(case.rows)
    assert {note.code for note in table.notes} == case.notes
    assert set(table.unknown.values()) == case.unknown
    assert {guess.heading: guess.column for guess in table.guesses.values()} == dict(case.guesses)
    assert {column.name for column in table.missing} == case.missing


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_hostile_file_is_refused_with_a_sentence(case: Case) -> None:
    with pytest.raises(Invalid) as refusal:
        table_of(case)

    assert refusal.value.code == case.refused
    assert str(refusal.value.message).rstrip().endswith(".")
