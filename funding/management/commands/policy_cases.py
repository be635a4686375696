"""``manage.py policy_cases FILE.yaml``: compute every worked example of a policy register and compare."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from funding.calculator.brief import brief
from funding.calculator.cases import CaseProblem, check_case
from funding.importers import Entry, RegisterError, read_register


class Command(BaseCommand):
    help = "Compute the examples of a policy register. Prints each that fails, then “N passed, N failed”."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        passed = failed = 0
        try:
            for code, entry in read_register(file):
                if isinstance(entry, RegisterError):
                    self.stdout.write(f"{code}: refused: {entry}")
                    failed += entry.examples
                    continue
                good, bad = self._entry(entry)
                passed, failed = passed + good, failed + bad
        except RegisterError as error:
            self.stdout.write(f"{file}: refused: {error}")
            failed += 1
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)

    def _entry(self, entry: Entry) -> tuple[int, int]:
        passed = failed = 0
        for number, case in enumerate(entry.cases, start=1):
            problems = check_case(
                entry.terms, case, valid_from=entry.valid_from, valid_until=entry.valid_until
            )
            if not problems:
                passed += 1
                continue
            failed += 1
            name = (case.get("id") if isinstance(case, dict) else None) or f"{entry.code} example {number}"
            name = name if isinstance(name, str) else brief(name)
            for problem in problems:
                self.stdout.write(f"{name}: {_words(problem)}")
        return passed, failed


def _words(problem: CaseProblem) -> str:
    if problem.code == "differs":
        return f"{problem.key}: expected {brief(problem.expected)}, found {brief(problem.found)}"
    return f"refused: {problem.key}: {problem.code} ({brief(problem.found)})"
