"""Start child processes that cannot outlive us, however we end.

Two nets, because either alone has a hole. The kernel signals each direct child when we die (PDEATHSIG, Linux
only, does not reach grandchildren). A guard process waits for the end of a pipe that only we hold, then kills
whole process groups and removes temporary folders (any Unix, reaches grandchildren).
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 15.0

Command = Sequence[str | Path]


class StackError(Exception):
    """Something that the person at the keyboard has to know; the message is all that is shown."""


def die_with_parent(sent: signal.Signals) -> Callable[[], None]:
    """What a child runs between fork and exec, so that the kernel sends it a signal when we are gone."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, sent)
        if os.getppid() != parent:  # we died between the fork and the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return arm


def follow_parent() -> None:
    """Make this very process end when the one that started it (make) is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Guard:
    """A process that cleans up after us when we cannot do it ourselves (``kill -9``)."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("guard.py")
        self._process = subprocess.Popen(
            [sys.executable, script], stdin=subprocess.PIPE, start_new_session=True, cwd="/", text=True
        )

    def tell(self, verb: str, what: object) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(f"{verb} {what}\n")
                pipe.flush()

    def dismiss(self) -> None:
        """End the guard in peace: everything has been stopped and removed."""
        self.tell("dismiss", "")
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()


class Processes:
    """The children of this run, each leader of its own process group."""

    def __init__(self) -> None:
        self.guard = Guard()
        self._folders: list[Path] = []

    def start(
        self,
        command: Command,
        *,
        log: Path,
        env: dict[str, str],
        on_orphaned: signal.Signals = signal.SIGTERM,
        **options: Any,
    ) -> "subprocess.Popen[bytes]":
        """Start a service: own session (a terminal's Ctrl-C reaches only us), output to a log file.

        ``on_orphaned`` SIGINT marks one that closes its files first (PostgreSQL) when we are killed.
        """
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=True,
                preexec_fn=die_with_parent(on_orphaned),
                **options,
            )
        self.guard.tell("close" if on_orphaned == signal.SIGINT else "kill", process.pid)
        return process

    def stop(
        self,
        process: "subprocess.Popen[bytes]",
        sent: signal.Signals = signal.SIGTERM,
        grace: float = GRACE_SECONDS,
    ) -> None:
        """Ask the leader politely, then end whatever is left of its group."""
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        kill_group(process.pid)
        process.wait()
        self.guard.tell("forget", process.pid)

    def temporary_folder(self, parent: Path | None = None) -> Path:
        """A folder that disappears with us. Short by default: a socket's path may have 107 bytes only."""
        short = "/tmp" if os.access("/tmp", os.W_OK) else None
        folder = Path(tempfile.mkdtemp(prefix="enclave-", dir=parent or short))
        self.remove_at_end(folder)
        return folder

    def remove_at_end(self, folder: Path) -> None:
        self._folders.append(folder)
        self.guard.tell("remove", folder)

    def close(self) -> None:
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)
        self.guard.dismiss()


def kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def run_in_foreground(command: Command, *, env: dict[str, str]) -> int:
    """Run a command that keeps the terminal, so that it gets Ctrl-C itself; returns its exit code."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare = die_with_parent(signal.SIGTERM)

    def arm() -> None:
        signal.signal(signal.SIGINT, before)
        prepare()

    process = subprocess.Popen(command, env=env, preexec_fn=arm)
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        process.kill()
        process.wait()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def last_lines(log: Path, count: int = 25) -> str:
    """The end of a log, for a message that says why something did not start."""
    if not log.exists():
        return "(it wrote nothing)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def say(text: str, stream: TextIO = sys.stdout) -> None:
    print(text, file=stream, flush=True)
