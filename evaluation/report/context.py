"""What every section of a report looks at."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from core.periods import Period
from evaluation.indicators import Inputs, inputs_of
from evaluation.models import EvaluationRun
from evaluation.render.document import Block, Lang, Section
from evaluation.scoring import words
from evaluation.selectors.problems import problems_in
from evaluation.selectors.results import Reader, read_run, result_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """One run in one language, read once."""

    run: EvaluationRun
    reader: Reader
    result: Row
    problems: Sequence[Row]
    frozen_at: date
    history: Sequence[Row]

    @classmethod
    def of(cls, run: EvaluationRun, language: str) -> "Context":
        reader = read_run(run, language)
        frozen = json.loads(run.snapshot)["frozen"]
        zone = ZoneInfo(reader.frozen["park"]["time_zone"])
        return cls(
            run=run,
            reader=reader,
            result=result_of(reader),
            problems=problems_in(reader),
            frozen_at=datetime.fromisoformat(frozen["at"]).astimezone(zone).date(),
            history=frozen["history"],
        )

    @property
    def language(self) -> Lang:
        return "zh-hans" if self.chinese else "en"

    @property
    def chinese(self) -> bool:
        return words.is_chinese(self.reader.language)

    @property
    def period(self) -> Period:
        return self.reader.period

    @property
    def is_park(self) -> bool:
        return self.reader.frozen["subject"] is None

    @cached_property
    def incubators(self) -> list[Row]:
        """The frozen incubators that the report is about."""
        subject = self.reader.frozen["subject"]
        return [row for row in self.reader.frozen["incubators"] if subject in (None, row["code"])]

    def inputs(self, incubator: Row) -> Inputs:
        return inputs_of(self.reader.frozen, incubator["code"], self.period)

    @cached_property
    def own_projects(self) -> list[Row]:
        """Projects in care of these incubators, or once in care: each once."""
        codes = {row["code"] for row in self.incubators}
        return [row for row in self.reader.frozen["projects"] if row["incubator"] in codes]

    def pick(self, chinese: str, english: str) -> str:
        return chinese if self.chinese else english

    def named(self, row: Row, name: str = "name") -> str:
        """A frozen name; Chinese where there is no English one."""
        return self.reader.named(row, name) or str(row[f"{name}_zh"])

    def section(self, number: int, id: str, title: str, blocks: Sequence[Block], sheet: str = "") -> Section:
        return Section(number, title, tuple(blocks), id, (sheet or title)[:31])
