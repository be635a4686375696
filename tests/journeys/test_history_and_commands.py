"""What an auditor does: verify, tamper, find; and what the commands answer."""

from tests.journeys.conftest import Site

TAMPER = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SET session_replication_role = replica")
    cursor.execute("UPDATE core_historyentry SET action = %s WHERE id = %s", [{action!r}, {row}])
"""
PICK = """
from core.models import HistoryEntry
entry = HistoryEntry.objects.filter(chain="incubator:jy-uppsala").order_by("sequence")[40]
print("PICKED", entry.pk, entry.action)
"""


def test_one_changed_byte_is_named_and_mended(site: Site) -> None:
    assert site.manage("verify_history").returncode == 0
    told = site.manage("shell", "-c", PICK)
    assert "PICKED " in told.stdout, told.stderr
    row, action = told.stdout.split("PICKED ")[1].split()[:2]
    changed = action[:-1] + ("x" if action[-1] != "x" else "y")
    try:
        assert site.manage("shell", "-c", TAMPER.format(action=changed, row=row)).returncode == 0
        found = site.manage("verify_history")
        assert found.returncode == 1
        assert f"incubator:jy-uppsala #41 (row {row})" in found.stdout + found.stderr
    finally:
        site.manage("shell", "-c", TAMPER.format(action=action, row=row))
    assert site.manage("verify_history").returncode == 0


def test_a_second_load_changes_nothing(site: Site) -> None:
    before = site.call("GET", "history-heads/", account="auditor").json
    assert site.manage("load_demo").returncode == 0
    assert site.call("GET", "history-heads/", account="auditor").json == before


def test_a_second_start_in_one_checkout_is_refused(site: Site) -> None:
    import subprocess
    import sys

    from tests.journeys.conftest import ROOT

    second = subprocess.run(
        [sys.executable, ROOT / "scripts" / "devstack.py", "up"],
        cwd=ROOT,
        env={**site.environment, "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode != 0
    assert "already running" in second.stdout + second.stderr
