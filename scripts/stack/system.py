"""The whole system of ``make run``: prepare the data, then keep web, worker and beat alive."""

import hashlib
import http.client
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from stack.checkout import ROOT, Checkout
from stack.processes import Processes, StackError, last_lines, say
from stack.services import python

READY_SECONDS = 90.0
RESTARTS_ALLOWED = 5
RESTART_WINDOW_SECONDS = 60.0

ACCOUNTS = (
    ("op-zhangjiang", "operator of the Zhangjiang incubator", "张江孵化器运营方"),
    ("op-shenzhen", "operator of the Shenzhen incubator", "深圳孵化器运营方"),
    ("op-uppsala", "operator of the Uppsala incubator", "乌普萨拉孵化器运营方"),
    ("park-jiangyin", "administrator of the Jiangyin park", "江阴高新区管理员"),
    ("park-wuxi", "administrator of the Wuxi park", "无锡高新区管理员"),
    ("finance-jiangyin", "finance office, Jiangyin", "江阴高新区财政"),
    ("expert-1", "reviewing expert", "评审专家"),
    ("auditor", "auditor, reads everything", "审计"),
    ("api-client", "machine account for the API", "接口账号"),
)


def reserve_port() -> socket.socket:
    """Bind the address of the web server now, so that nobody takes it while we prepare."""
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdigit() or int(wanted) > 65535:
        raise StackError(f"PORT must be a number up to 65535, not {wanted!r}.")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(wanted)))
    except OSError as error:
        raise StackError(
            f"Port {wanted} of this machine cannot be used ({error.strerror})."
            " Choose another one: PORT=8001 make run"
        ) from None
    return listener


def manage(*arguments: str) -> list[str | Path]:
    return [python(), ROOT / "manage.py", *arguments]


@dataclass
class Service:
    """One long-lived program and the moments of its recent starts."""

    name: str
    command: list[str | Path]
    pass_fds: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    starts: list[float] = field(default_factory=list)


@dataclass
class System:
    """Everything above the services: prepares, starts, watches, stops."""

    checkout: Checkout
    processes: Processes
    env: dict[str, str]
    listener: socket.socket
    own_database: bool
    services: list[Service] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    # --- preparation --------------------------------------------------------------------------
    def prepare(self) -> None:
        """Bring tables and static files up to date; static files meanwhile, on their own."""
        static = self._start_collecting()
        self._step("preparing the database", "migrate", "--no-input", "-v", "0")
        if static is not None:
            self._finish_collecting(static)

    def load_demo(self) -> None:
        if self._wants_demo():
            self._step("loading the demo data (once)", "load_demo")
            self._demo_stamp.write_text("loaded\n")

    def _step(self, purpose: str, *arguments: str) -> None:
        say(f"[run] {purpose}")
        log = self.checkout.log("prepare")
        log.write_bytes(b"")
        process = self.processes.start(manage(*arguments), log=log, env=self.env, cwd=ROOT)
        try:
            code = process.wait()
        finally:
            self.processes.stop(process)
        if code:
            raise StackError(f"Failed while {purpose} (manage.py {' '.join(arguments)}):\n{last_lines(log)}")

    @property
    def _demo_stamp(self) -> Path:
        """Lies with the data it speaks about; a real server gets one for its address."""
        if self.own_database:
            return self.checkout.state / "pg-demo-loaded"
        name = hashlib.sha256(self.env["DATABASE_URL"].encode()).hexdigest()[:16]
        return self.checkout.state / f"demo-loaded-{name}"

    def _wants_demo(self) -> bool:
        return self.env.get("DEMO", "1") != "0" and not self._demo_stamp.exists()

    def _static_fingerprint(self) -> str:
        digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
        for file in sorted((ROOT / "static").rglob("*")):
            details = file.stat()
            digest.update(f"{file}|{details.st_size}|{details.st_mtime_ns}".encode())
        return digest.hexdigest()

    def _start_collecting(self) -> "subprocess.Popen[bytes] | None":
        stamp = self.checkout.state / "static-collected"
        collected = Path(self.env.get("STATIC_ROOT") or ROOT / "staticfiles")
        filled = collected.exists() and any(collected.iterdir())
        if filled and stamp.exists() and stamp.read_text() == self._static_fingerprint():
            return None
        command = manage("collectstatic", "--no-input", "-v", "0")
        return self.processes.start(command, log=self.checkout.log("static"), env=self.env, cwd=ROOT)

    def _finish_collecting(self, process: "subprocess.Popen[bytes]") -> None:
        code = process.wait()
        self.processes.stop(process)
        if code:
            raise StackError(
                f"Static files could not be collected:\n{last_lines(self.checkout.log('static'))}"
            )
        (self.checkout.state / "static-collected").write_text(self._static_fingerprint())

    # --- programs -----------------------------------------------------------------------------
    def start(self) -> None:
        """The worker warms up while the demo data is loaded; nobody can open a page before it is complete."""
        say("[run] starting worker, beat and web")
        celery: list[str | Path] = [python(), "-m", "celery", "-A", "config"]
        self._add(Service("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"]))
        self.load_demo()
        self._add(Service("web", self._web(), pass_fds=(self.listener.fileno(),)))
        self._add(Service("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile="]))

    def _web(self) -> list[str | Path]:
        program: list[str | Path] = [python(), "-m", "gunicorn", "config.wsgi:application"]
        workers = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"]
        # The control socket lies under HOME, where two checkouts would meet.
        return [*program, "--bind", f"fd://{self.listener.fileno()}", *workers, "--no-control-socket"]

    def _add(self, service: Service) -> None:
        self.services.append(service)
        self.checkout.log(service.name).write_bytes(b"")
        self._launch(service)

    def _launch(self, service: Service) -> None:
        service.starts.append(time.monotonic())
        service.process = self.processes.start(
            service.command,
            log=self.checkout.log(service.name),
            env=self.env,
            cwd=ROOT,
            pass_fds=service.pass_fds,
        )

    def wait_until_ready(self) -> None:
        """Until /readyz says yes: database, broker, a live worker, all migrations applied."""
        deadline = time.monotonic() + READY_SECONDS
        answer = ""
        while time.monotonic() < deadline:
            self.revive()
            ready, answer = self._ask_ready()
            if ready:
                return
            time.sleep(0.2)
        raise StackError(
            f"The system did not become ready within {READY_SECONDS:.0f} s: {answer or 'no answer'}\n"
            + last_lines(self.checkout.log("web"))
        )

    def _ask_ready(self) -> tuple[bool, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            return response.status == 200, response.read(2000).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return False, str(error)
        finally:
            connection.close()

    def revive(self) -> None:
        """Start again what has ended by itself, but not for ever."""
        for service in self.services:
            if service.process is None or service.process.poll() is None:
                continue
            code = service.process.returncode
            self.processes.stop(service.process)  # ends what it may have left of its group
            recent = [at for at in service.starts if at > time.monotonic() - RESTART_WINDOW_SECONDS]
            log = self.checkout.log(service.name)
            if len(recent) >= RESTARTS_ALLOWED:
                raise StackError(f"{service.name} keeps ending (code {code}, {log}):\n{last_lines(log)}")
            say(f"[run] {service.name} ended (code {code}): starting it again, see {log}")
            service.starts = recent
            self._launch(service)

    def stop(self) -> None:
        """Ask all at once, so that stopping takes as long as the slowest and not the sum."""
        alive = [service.process for service in self.services if service.process is not None]
        for process in alive:
            if process.poll() is None:
                process.terminate()
        for process in alive:
            self.processes.stop(process, grace=10)

    def banner(self, seconds: float) -> str:
        lines = [f"Ready after {seconds:.0f} s:  {self.address}", ""]
        if self.env.get("DEMO", "1") != "0":
            lines.append("Demo accounts (the password is the user name):")
            lines += [f"  {user:<18}{english:<38}{chinese}" for user, english, chinese in ACCOUNTS]
            lines.append("")
        lines.append(f"Logs: {self.checkout.state / 'log'}.  Stop everything with Ctrl-C.")
        return "\n".join(lines)
