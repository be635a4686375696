"""The whole stack of processes: starts once, refuses a second start, and never leaves anything behind."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

pytestmark = [
    pytest.mark.stack,
    pytest.mark.xdist_group("stack"),
    pytest.mark.skipif(sys.platform != "linux", reason="counts processes through /proc"),
]

SERVERS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "MAKELEVEL")


T = TypeVar("T")


def wait_for(question: Callable[[], T], seconds: float = 60.0) -> T:
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
    return answer


@dataclass
class Stack:
    """Runs devstack.py on a folder of its own; every process started by it carries a mark."""

    root: Path
    state: Path
    mark: str

    @property
    def env(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in SERVERS and "PYTEST" not in key}
        own = {"DEVSTACK_DIR": str(self.state), "STATIC_ROOT": str(self.state / "static"), "DEMO": "0"}
        return kept | own | {"PORT": "0", "STACK_MARK": self.mark}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "scripts" / "devstack.py"), *arguments]

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.state / "output").open("wb") as output:
            return subprocess.Popen(self.command(*arguments), env=self.env, stdout=output, stderr=output)

    @property
    def output(self) -> str:
        return (self.state / "output").read_text()

    def run(self, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            env=self.env | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def alive(self) -> dict[int, str]:
        """Command lines of all living processes that carry the mark."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                carries = self.mark.encode() in (folder / "environ").read_bytes()
                zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
                if carries and not zombie:
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def expect_nothing_alive(self, seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert self.alive() == {}

    def find(self, words: str) -> int | None:
        """The first process with these words in its command line, the supervisor's own left aside."""
        lines = self.alive().items()
        return next((pid for pid, line in lines if words in line and "devstack.py" not in line), None)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Stack]:
    made = Stack(root, tmp_path_factory.mktemp("a stack"), uuid.uuid4().hex)
    yield made
    for pid in made.alive():
        os.kill(pid, signal.SIGKILL)


@dataclass
class System:
    """``make run`` when it is ready."""

    supervisor: "subprocess.Popen[bytes]"
    port: int


@pytest.fixture(scope="module")
def system(stack: Stack) -> Iterator[System]:
    process = stack.start("up")
    try:
        wait_for(lambda: "Ready after" in stack.output or process.poll() is not None, seconds=120)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", stack.output)
        assert found, stack.output
        yield System(process, int(found.group(1)))
    finally:
        process.kill()
        process.wait()


def ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    verdict = json.loads(answer.read())["status"]
    connection.close()
    return (answer.status, verdict) == (200, "ok")


def test_the_system_becomes_ready(system: System) -> None:
    assert ready(system.port)


def test_a_second_start_is_refused(stack: Stack, system: System) -> None:
    second = stack.run("up")

    assert second.returncode == 1
    assert "The system of this checkout is already running (make run at http://127.0.0.1:" in second.stderr
    assert f"process {system.supervisor.pid}" in second.stderr
    assert ready(system.port)


def test_another_checkout_finds_the_port_taken(stack: Stack, system: System, tmp_path: Path) -> None:
    other = stack.run("up", DEVSTACK_DIR=str(tmp_path), PORT=str(system.port))

    assert other.returncode == 1
    assert f"Port {system.port} of this machine cannot be used" in other.stderr


def test_manage_joins_the_running_system(stack: Stack, system: System) -> None:
    before = len([line for line in stack.alive().values() if "/postgres -D" in line])
    ask = (
        "import sys; from django.db import connection as c; c.ensure_connection();"
        "print(c.settings_dict['HOST']); sys.exit(3)"
    )

    done = stack.run("manage", "shell", "--no-imports", "-c", ask)

    published = json.loads((stack.state / "running.json").read_text())["settings"]["DATABASE_URL"]
    assert done.returncode == 3, done.stderr
    assert done.stdout.strip() == published.partition("host=")[2]
    assert before == 1


def test_a_killed_worker_is_started_again(stack: Stack, system: System) -> None:
    first = wait_for(lambda: stack.find("celery -A config worker"))

    os.killpg(first, signal.SIGKILL)

    wait_for(lambda: stack.find("celery -A config worker") not in {None, first})
    wait_for(lambda: ready(system.port))


def test_nothing_outlives_a_killed_supervisor(stack: Stack, system: System) -> None:
    assert len(stack.alive()) > 8  # supervisor, guard, postgres, valkey, web, worker, beat and their children

    system.supervisor.kill()
    system.supervisor.wait()

    stack.expect_nothing_alive()


def test_manage_starts_and_stops_the_services_itself(stack: Stack) -> None:
    """After the kill above: the data survived, and the exit code of the command is passed on."""
    done = stack.run("manage", "migrate", "--check")

    assert done.returncode == 0, done.stderr
    assert stack.alive() == {}
    assert stack.run("manage", "no_such_command").returncode == 1


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_after(stack: Stack, sent: signal.Signals) -> None:
    process = stack.start("test", "--", "sleep", "300")
    wait_for(lambda: stack.find("sleep 300"))
    assert stack.find("/postgres -D") is not None
    folders = set(stack.state.glob("enclave-*"))
    assert len(folders) == 1

    process.send_signal(sent)
    if sent == signal.SIGINT:  # a terminal sends it to the command too, which then ends by itself
        os.kill(wait_for(lambda: stack.find("sleep 300")), signal.SIGINT)
    process.wait(30)

    stack.expect_nothing_alive()
    wait_for(lambda: not set(stack.state.glob("enclave-*")), seconds=5)


def test_real_servers_are_used_when_named(stack: Stack) -> None:
    """Nothing of our own is started then, and Celery gets the broker's address in its own form."""
    show = "import os; print(os.environ['DATABASE_URL'], os.environ['CELERY_BROKER_URL'])"
    given = {"DATABASE_URL": "postgresql://db.example/enclave", "REDIS_URL": "unix:///run/valkey.sock?db=3"}

    done = stack.run("test", "--", sys.executable, "-c", show, **given)

    assert done.stdout.strip() == (
        "postgresql://db.example/enclave redis+socket:///run/valkey.sock?virtual_host=3"
    )


def test_chinese_can_be_searched(stack: Stack) -> None:
    ask = (
        "import os, psycopg; c = psycopg.connect(os.environ['DATABASE_URL']);"
        "c.execute('CREATE EXTENSION pg_trgm');"
        "print(c.execute(\"SELECT cardinality(show_trgm('江阴高新区'))\").fetchone()[0])"
    )

    assert stack.run("test", "--", sys.executable, "-c", ask).stdout.strip() == "6"


def test_the_exit_code_of_the_command_is_passed_on(stack: Stack) -> None:
    assert stack.run("test", "--", "sh", "-c", "exit 7").returncode == 7


def test_a_port_that_is_no_number_is_refused(stack: Stack) -> None:
    done = stack.run("up", PORT="eighty")

    assert done.returncode == 1
    assert "PORT must be a number" in done.stderr
