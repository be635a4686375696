"""The least that a web answer from PostgreSQL can cost: bare WSGI, prepared queries, orjson.

``/`` is the first page of the project list of one park, hard-wired: no sign-in, no scope, no parameters.
``/signed-in`` first looks up the token and the memberships, as a list that knows its caller has to.
``/run`` is the stored scores of one evaluation with their explanations, as they lie in the table.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

QUERY = """
SELECT p.id, p.code, k.code AS park, i.code AS incubator, p.name_zh, p.name_en, s.code AS sector, p.summary,
    p.team_lead, p.contact, p.lead_source, p.destination_site, p.enterprise_id AS enterprise,
    p.first_contact_on, p.external_id, p.stage, p.stage_since, p.provenance, p.version, p.created_at,
    p.updated_at
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


TOKEN = (
    "SELECT u.id, t.scopes FROM accounts_apitoken t JOIN accounts_user u ON u.id = t.user_id "
    "WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expires_at > now() AND u.is_active"
)
MEMBERSHIPS = (
    "SELECT role, park_id, incubator_id FROM incubators_membership "
    "WHERE user_id = %s AND starts_on <= current_date AND (ends_on IS NULL OR ends_on > current_date)"
)
SCORES = "SELECT node, points, explanation FROM evaluation_evaluationscore WHERE run_id = %s"


def page() -> dict[str, Any]:
    return {"results": _connection().execute(QUERY, [int(os.environ["BENCH_PARK"])]).fetchall()[:50]}


def page_of_the_caller(environ: dict[str, Any]) -> dict[str, Any]:
    token = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    caller = _connection().execute(TOKEN, [hashlib.sha256(token.encode()).hexdigest()]).fetchone()
    if caller is None or not _connection().execute(MEMBERSHIPS, [caller["id"]]).fetchall():
        return {"results": []}
    return page()


def run() -> dict[str, Any]:
    return {"scores": _connection().execute(SCORES, [int(os.environ["BENCH_RUN"])]).fetchall()}


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    data = run() if path == "/run" else page_of_the_caller(environ) if path == "/signed-in" else page()
    body = orjson.dumps(data, option=orjson.OPT_UTC_Z, default=str)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
