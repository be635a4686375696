"""The least that a web answer from PostgreSQL can cost: bare WSGI, one prepared query, orjson.

It answers the first page of the project list for one park, hard-wired: no sign-in, no scope, no parameters.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

QUERY = """
SELECT p.id, p.code, k.code AS park, i.code AS incubator, p.name_zh, p.name_en, s.code AS sector, p.summary,
    p.team_lead, p.contact, p.lead_source, p.destination_site, p.enterprise_id AS enterprise, p.first_contact_on,
    p.external_id, p.stage, p.stage_since, p.provenance, p.version, p.created_at, p.updated_at
FROM projects_project p
JOIN incubators_park k ON k.id = p.park_id
LEFT JOIN incubators_incubator i ON i.id = p.incubator_id
LEFT JOIN projects_sector s ON s.id = p.sector_id
WHERE p.park_id = %s
ORDER BY p.updated_at DESC, p.id DESC LIMIT 51
"""
_connections: dict[int, psycopg.Connection[dict[str, Any]]] = {}


def _connection() -> psycopg.Connection[dict[str, Any]]:
    process = os.getpid()
    if process not in _connections:
        _connections[process] = psycopg.connect(
            os.environ["DATABASE_URL"],
            autocommit=True,
            prepare_threshold=1,
            row_factory=dict_row,
            options="-c timezone=UTC -c jit=off",
        )
    return _connections[process]


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    rows = _connection().execute(QUERY, [int(os.environ["BENCH_PARK"])]).fetchall()
    body = orjson.dumps({"results": rows[:50]}, option=orjson.OPT_UTC_Z)
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
