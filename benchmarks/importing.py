"""10,000 rows of an Excel file: read, check and write, by a process of its own as a worker is one.

``python -m benchmarks.importing CODE FILE…`` brings the files in for the incubator, one after the other, and
prints a line of JSON with the seconds of each step and the process's peak memory.
"""

import hashlib
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from benchmarks.timing import Result

if TYPE_CHECKING:  # the worker reads this file before the models can be loaded
    from benchmarks.data import World

ROWS = 10_000
ROUNDS = 3
#: Rows a second drift with the machine, the ratio to COPY holds: 5,000 to COPY's 69,000.
AIM = 5000 / 69000
MOST_MEMORY = 400  # MB
HEAD = (
    "本单位编号",
    "项目名称",
    "英文名称",
    "产业领域",
    "项目简介",
    "团队负责人",
    "联系方式",
    "线索来源",
    "首次接触日期",
    "落地载体",
)
CHARACTERS = (
    "柔性传感固态电池手术机器人智能机床新型材料生物医药集成电路工业软件"
    "激光雷达氢能储运基因检测无人航空精密光学"
)


def rows_of(batch: int) -> list[tuple[str, ...]]:
    """Plainly invented projects, no two alike; the same for the same batch."""
    return [
        (
            f"XL-{batch}-{number}",
            "示例" + _name(f"{batch}/{number}") + f"{batch}之{number}",
            f"Sample row {batch}/{number}",
            "新材料",
            "示例说明，已完成样机。",
            f"示例负责人{number % 997}",
            "example@example.com",
            "活动",
            "2021-03-01",
            "示例园区",
        )
        for number in range(ROWS)
    ]


def _name(seed: str) -> str:
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(CHARACTERS[byte % len(CHARACTERS)] for byte in digest[:8])


def write_book(path: Path, rows: list[tuple[str, ...]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("项目")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEAD)
    for line, row in enumerate(rows, 1):
        sheet.write_row(line, 0, row[:8])
        sheet.write_datetime(line, 8, datetime.fromisoformat(row[8]), day)
        sheet.write_string(line, 9, row[9])
    book.close()


def importing(world: "World") -> list[Result]:
    """Four rows of the table; the floor of all is COPY of the same projects, in the same run."""
    from projects.models import Project

    code = world.incubators[0].code
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{batch}.xlsx" for batch in range(ROUNDS + 1)]
        for batch, path in enumerate(paths):
            write_book(path, rows_of(batch))
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.importing", code, *map(str, paths)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    rounds = [json.loads(line) for line in answer.stdout.splitlines()]
    floor = statistics.median(copy_projects(world, batch) for batch in range(ROUNDS))
    stored = Project.objects.filter(external_id__startswith="XL-").order_by("pk")
    names = ("external_id", "name_zh", "name_en", "sector__name_zh", "summary", "team_lead", "contact")
    expected = [row[:7] for batch in range(ROUNDS + 1) for row in rows_of(batch)]
    equal = list(stored.values_list(*names)) == expected
    memory = max(line["memory_mb"] for line in rounds)
    return [_result(step, [line[step] for line in rounds[1:]], floor, equal, memory) for step in STEPS]


STEPS = ("reading", "checking", "writing", "end to end")


def _result(step: str, seconds: list[float], floor: float, equal: bool, memory: float) -> Result:
    mine = statistics.median(seconds)
    whole = step == "end to end"
    details: dict[str, Any] = {"rows_per_second": round(ROWS / mine)}
    if whole:
        details |= {"copy_rows_per_second": round(ROWS / floor), "worker_peak_memory_mb": round(memory)}
    return Result(
        f"Excel, 10,000 rows: {step}",
        mine * 1000,
        floor * 1000,
        "COPY of the same rows",
        "≥ 0.072, as 5,000 to COPY's 69,000 rows/s; memory < 400 MB" if whole else "none set",
        (floor / mine >= AIM and memory < MOST_MEMORY) if whole else True,
        floor / mine,
        equal,
        details,
    )


def copy_projects(world: "World", batch: int) -> float:
    """Seconds to COPY as many projects, with every column worked out beforehand."""
    from benchmarks.rows import copy_rows

    began = time.perf_counter()
    for part in range(ROWS // 1000):
        copy_rows(world, 10_000 + batch * 100 + part)
    return time.perf_counter() - began


def work(code: str, paths: list[str]) -> None:
    """What a worker does with each file, step by step."""
    import django

    django.setup()
    from django.utils import timezone, translation

    from accounts.models import User
    from exchange import services
    from exchange.reading import read_file
    from exchange.selectors import counts_of, place_for
    from incubators.models import Incubator

    translation.activate("zh-hans")
    incubator = Incubator.objects.select_related("park").get(code=code)
    for path in paths:
        user = User.objects.get(username="bench-operator")
        content = io.BytesIO(Path(path).read_bytes())
        marks = [time.perf_counter()]
        read_file(content, path)
        marks.append(time.perf_counter())
        run = services.start_import(
            sheet="projects",
            place=place_for(user, incubator=incubator),
            content=content,
            name=Path(path).name,
            actor=user,
            at=timezone.now(),
        )
        services.carry_on(import_run_id=run.pk, clock=timezone.now)
        marks.append(time.perf_counter())
        services.commit_run(run=run, actor=user, at=timezone.now())
        services.carry_on(import_run_id=run.pk, clock=timezone.now)
        marks.append(time.perf_counter())
        assert counts_of(run)["created"] == ROWS, counts_of(run)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        reading, checking, writing = (after - before for before, after in zip(marks, marks[1:], strict=False))
        print(
            json.dumps(
                {
                    "reading": reading,
                    "checking": checking - 2 * reading,  # start and worker read the file once each
                    "writing": writing,
                    "end to end": checking + writing,
                    "memory_mb": memory,
                }
            ),
            flush=True,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE projects_project")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    work(sys.argv[1], sys.argv[2:])
