"""``python -m benchmarks``: run every row, print the table, write ``benchmarks/results.json``.

``BENCH_ROWS`` sets how many projects there are (default 200,000). Names of measures, such as ``importing``,
run these alone and leave the file as it is. Ends with 1 when an answer differs from its slow equal; a missed
aim is shown, not punished, because machines differ.
"""

import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import django

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("BENCH_SETTINGS", "config.settings.dev")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    from django.core.management import call_command

    names = sys.argv[1:] or [*ALONE, *WITH_PROJECTS]
    size = int(os.environ.get("BENCH_ROWS", "200000"))
    results = []
    for name in names:
        if name in ALONE:
            results += shown(measured_alone(name))
    if wanted := [name for name in names if name in WITH_PROJECTS]:
        call_command("migrate", verbosity=0)
        for found in measured_with_projects(wanted, size):
            results += shown(found)
    if not sys.argv[1:]:
        write(results, size)
    return 0 if all(result.equal for result in results) else 1


#: Measures that need no records, and those that need a park full of projects.
ALONE = ("policies",)
WITH_PROJECTS = ("listing", "deep_page", "search", "report_page", "bulk", "importing")


def measured_alone(name: str):  # type: ignore[no-untyped-def]
    from benchmarks import policies

    return {"policies": policies.policies}[name]()


def measured_with_projects(names, size: int):  # type: ignore[no-untyped-def]
    """The results of each measure, on one world and one server for all."""
    from benchmarks import data, importing, rows
    from benchmarks.serving import Visitor, server

    print(f"[bench] filling {size:,} projects", flush=True)
    world = data.make_world(size)
    settings = os.environ["DJANGO_SETTINGS_MODULE"]
    with (
        server("config.wsgi:application", DJANGO_SETTINGS_MODULE=settings) as port,
        server(
            "benchmarks.floor:application", BENCH_PARK=str(world.park.pk), BENCH_RUN=str(world.run_id)
        ) as floor_port,
    ):
        ours, floor = Visitor(port, world.admin_token), Visitor(floor_port, world.admin_token)
        measures = {
            "listing": lambda: rows.listing(world, ours, floor),
            "deep_page": lambda: rows.deep_page(world, ours),
            "search": lambda: rows.search(world, ours),
            "report_page": lambda: rows.report_page(world, ours, floor),
            "bulk": lambda: rows.bulk(world, Visitor(port, world.operator_token)),
            "importing": lambda: importing.importing(world),
        }
        for name in names:
            found = measures[name]()
            yield found if isinstance(found, list) else [found]


def shown(found):  # type: ignore[no-untyped-def]
    for result in found:
        print(line(result), flush=True)
    return found


def line(result) -> str:  # type: ignore[no-untyped-def]
    marks = f"{'aim met' if result.met else 'AIM MISSED'}, {'equal' if result.equal else 'NOT EQUAL'}"
    details = "".join(f" · {name} {value:,}" for name, value in result.details.items())
    return (
        f"{result.name:<46} {result.ratio:>7.2f}  (aim {result.aim}; {result.ours_ms:.2f} ms, "
        f"{result.floor}: {result.floor_ms:.2f} ms; {marks}){details}"
    )


def write(results, size: int) -> None:  # type: ignore[no-untyped-def]
    body = {
        "rows": size,
        "machine": {"python": platform.python_version(), "cores": os.cpu_count()},
        "note": "Ratios within one run; the milliseconds belong to this machine on this day.",
        "results": [
            {
                **asdict(result),
                "ours_ms": round(result.ours_ms, 3),
                "floor_ms": round(result.floor_ms, 3),
                "ratio": round(result.ratio, 3),
            }
            for result in results
        ],
    }
    RESULTS.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"[bench] written to {RESULTS.name}")


if __name__ == "__main__":
    sys.exit(main())
