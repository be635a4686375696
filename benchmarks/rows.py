"""The rows of the table: each beside its floor, each with a check that both say the same."""

from typing import Any

import orjson
from django.db import connection, transaction

from benchmarks.data import World
from benchmarks.serving import Visitor
from benchmarks.timing import Result, alternate
from core.api.pagination import Cursor
from evaluation.models import EvaluationScore
from projects.models import Project

LIST = "/api/v1/projects/"
#: Rows a second drift with the machine, the ratio to COPY holds.
BULK_AIM = 6000 / 69000


def listing(world: World, ours: Visitor, floor: Visitor) -> Result:
    """A page of 50, signed in and scoped, over HTTP.

    The floor does the same three look-ups (token, memberships, page) with nothing around them. The details
    give the ratio to a floor that skips the first two.
    """
    answer = orjson.loads(ours.get(LIST))["results"]
    same = answer == orjson.loads(floor.get("/signed-in"))["results"] and len(answer) == 50
    mine, least = alternate(lambda: ours.get(LIST), lambda: floor.get("/signed-in"), rounds=15, each=20)
    again, bare = alternate(lambda: ours.get(LIST), lambda: floor.get("/"), rounds=9, each=20)
    ratio = least / mine
    return Result(
        "list of 50 over HTTP, signed in, scoped",
        mine,
        least,
        "bare WSGI, psycopg, orjson",
        "≥ 0.50",
        ratio >= 0.5,
        ratio,
        same,
        {"ratio_to_a_floor_without_sign_in": round(bare / again, 3)},
    )


def report_page(world: World, ours: Visitor, floor: Visitor) -> Result:
    """Every score of an evaluation with its explanation, beside the stored rows as they are."""
    path = f"/api/v1/evaluation-runs/{world.run_id}/"
    nodes = orjson.loads(ours.get(path))["subjects"][0]["nodes"]
    shown = {node["code"]: node["points"] for node in nodes}
    period = orjson.loads(ours.get(path))["period"]
    stored = {
        row.node: f"{row.points:.2f}"
        for row in EvaluationScore.objects.filter(run=world.run_id, period=period).exclude(node="total")
    }
    mine, least = alternate(lambda: ours.get(path), lambda: floor.get("/run"), rounds=9, each=5)
    ratio = least / mine
    return Result(
        "page of a report (API)",
        mine,
        least,
        "stored scores by bare WSGI",
        "none set",
        True,
        ratio,
        shown == stored,
    )


def deep_page(world: World, ours: Visitor) -> Result:
    """A page that starts after 90% of the rows beside the first page."""
    position = world.rows * 9 // 10
    row = (
        Project.objects.filter(park=world.park)
        .order_by("-updated_at", "-id")
        .values_list("updated_at", "id")[position]
    )
    path = f"{LIST}?cursor={Cursor('-updated_at', row).encode()}"
    expected = list(
        Project.objects.filter(park=world.park, updated_at__lt=row[0])
        .order_by("-updated_at", "-id")
        .values_list("id", flat=True)[:50]
    )
    same = [item["id"] for item in orjson.loads(ours.get(path))["results"]] == expected
    mine, first = alternate(lambda: ours.get(path), lambda: ours.get(LIST), rounds=15, each=20)
    ratio = mine / first
    return Result(
        f"row {position:,} beside the first page (time ratio)",
        mine,
        first,
        "first page",
        "≤ 1.30",
        ratio <= 1.3,
        ratio,
        same,
    )


def bulk(world: World, ours: Visitor) -> Result:
    """1,000 rows with row errors and history, beside COPY of the same rows into the same table."""
    batches = iter(range(1000))

    def post() -> None:
        batch = next(batches)
        rows = [
            {
                "external_id": f"BULK-{batch}-{number}",
                "name_zh": f"示例批量项目{batch}之{number}",
                "name_en": f"Sample {batch}/{number}",
                "sector": "new-materials",
                "team_lead": "示例负责人",
                "first_contact_on": "2021-03-01",
                "summary": "示例说明。",
            }
            for number in range(999)
        ]
        rows.append({"name_zh": "", "first_contact_on": "soon"})
        status, body = ours.send(
            "POST", f"{LIST}bulk/", {"incubator": world.incubators[0].code, "rows": rows}
        )
        answer = orjson.loads(body)
        if status != 200 or answer["counts"]["created"] != 999 or answer["counts"]["error"] != 1:
            raise RuntimeError(f"{status}: {body[:400]!r}")

    copies = iter(range(1000))

    def copy() -> None:
        copy_rows(world, next(copies))

    mine, least = alternate(post, copy, rounds=5)
    stored = Project.objects.filter(external_id__startswith="BULK-0-").count()
    speed, ratio = 1_000_000 / mine, least / mine
    return Result(
        "bulk POST of 1,000 rows",
        mine,
        least,
        "COPY into the same table",
        "≥ 0.087, as 6,000 to COPY's 69,000 rows/s",
        ratio >= BULK_AIM,
        ratio,
        stored == 999,
        {"rows_per_second": round(speed), "copy_rows_per_second": round(1_000_000 / least)},
    )


def copy_rows(world: World, batch: int) -> None:
    names = (
        "code, park_id, incubator_id, name_zh, name_en, search_text, sort_key, name_keys, summary, "
        "team_lead, contact, lead_source, destination_site, first_contact_on, stage, stage_since, "
        "external_id, provenance, version, created_at, updated_at"
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY projects_project ({names}) FROM STDIN") as copy:
        for number in range(1000):
            name = f"示例批量项目{batch}之{number}"
            copy.write_row(
                (
                    f"C-{batch}-{number}",
                    world.park.pk,
                    world.incubators[0].pk,
                    name,
                    f"Sample {batch}/{number}",
                    f"{name} shilipiliangxiangmu{number}",
                    f"shilipiliangxiangmu{number}",
                    [name, f"shilipiliangxiangmu{batch}zhi{number}", f"sample{batch}{number}"],
                    "示例说明。",
                    "示例负责人",
                    "",
                    "",
                    "",
                    "2021-03-01",
                    "lead",
                    "2021-03-01",
                    f"COPY-{batch}-{number}",
                    "recorded",
                    1,
                    "2021-03-01T00:00:00Z",
                    "2021-03-01T00:00:00Z",
                )
            )


def search(world: World, ours: Visitor) -> Result:
    """Part of a name among all rows: the query of the API with its index and without."""
    wanted = Project.objects.order_by("id").values_list("name_zh", flat=True)[world.rows // 2][6:16]
    path = f"{LIST}?search={wanted}"
    queryset = Project.objects.filter(park=world.park, search_text__contains=wanted).order_by(
        "-updated_at", "-id"
    )

    def indexed() -> list[int]:
        return list(queryset.values_list("id", flat=True)[:51])

    def scanned() -> list[int]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexscan = off")
            return list(queryset.values_list("id", flat=True)[:51])

    same = indexed() == scanned() == [row["id"] for row in orjson.loads(ours.get(path))["results"]] != []
    mine, least = alternate(indexed, scanned, rounds=7)
    details: dict[str, Any] = {
        "over_http_ms": round(alternate(lambda: ours.get(path), indexed, rounds=9)[0], 2)
    }
    return Result(
        "search by part of a name",
        mine,
        least,
        "the same without index",
        "≤ 15 ms",
        mine <= 15,
        least / mine,
        same,
        details,
    )
