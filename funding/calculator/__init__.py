"""Policies as terms that compute and explain themselves. Pure: no Django, no database, no clock.

``read_terms`` turns the data of a version into terms and names everything that is wrong with them;
``evaluate`` answers one case with a trace; ``evaluate_table`` answers many at once, to the fen as each alone;
``cut_off`` and ``spend`` hold the rules over all applicants; ``what_changes`` says what would change an
answer.
"""

from funding.calculator.answers import Answer
from funding.calculator.changes import Changes, Obstacle, Step, questions, what_changes
from funding.calculator.cohort import Cut, Granted, Ranked, Standing, Ties, cut_off, places_of, spend
from funding.calculator.columns import Answers, Table, evaluate_table, table_of
from funding.calculator.facts import BadFacts, FactProblem, FactSpec, Words, read_facts
from funding.calculator.policy import Result, Terms, answer_to, evaluate
from funding.calculator.reading import BadTerms, TermsProblem, read_terms

__all__ = [
    "Answer",
    "Answers",
    "BadFacts",
    "BadTerms",
    "Changes",
    "Cut",
    "FactProblem",
    "FactSpec",
    "Granted",
    "Obstacle",
    "Ranked",
    "Result",
    "Standing",
    "Step",
    "Table",
    "Terms",
    "TermsProblem",
    "Ties",
    "Words",
    "answer_to",
    "cut_off",
    "evaluate",
    "evaluate_table",
    "places_of",
    "questions",
    "read_facts",
    "read_terms",
    "spend",
    "table_of",
    "what_changes",
]
