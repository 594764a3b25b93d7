"""Running programs: pinned to a core, bounded in time, and gone when we are."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_page = os.sysconf("SC_PAGE_SIZE")
_tick = os.sysconf("SC_CLK_TCK")

OPEN_FILES = 200_000


class Failure(Exception):
    """A measurement did not work; the text says why."""


def raise_open_files() -> int:
    """Raises the limit of open files as far as OPEN_FILES and returns it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in ((OPEN_FILES, max(hard, OPEN_FILES)), (min(OPEN_FILES, hard), hard)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _child_setup(core: int | None):
    def setup() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if core is not None:
            os.sched_setaffinity(0, {core})

    return setup


@contextlib.contextmanager
def pinned(core: int):
    """Runs this program itself on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def start(argv: list[str], core: int | None, **options) -> subprocess.Popen:
    """Starts a program in a process group of its own."""
    return subprocess.Popen(argv, start_new_session=True, preexec_fn=_child_setup(core), **options)


def end(process: subprocess.Popen) -> None:
    """Ends a program and its process group, politely at first."""
    for number, patience in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def run(argv: list[str], core: int | None, timeout: float, **options) -> str:
    """Runs a program to its end and returns what it printed."""
    process = start(argv, core, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failure(f"{Path(argv[0]).name} took more than {timeout:.0f} s") from None
    finally:
        end(process)
    if process.returncode != 0:
        last = (output.strip().splitlines() or ["no output"])[-1]
        raise Failure(f"{Path(argv[0]).name} failed: {last}")
    return output


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """A server on a port of its own, for the time of a `with` statement."""

    def __init__(self, server, core: int | None, scratch: Path, wrapper=(), program=str, environment=None, patience=20.0):
        self.server = server
        self.port = free_port()
        self._core = core
        self._log = scratch / f"{server.name}.log"
        executable, *arguments = server.command(self.port)
        self._argv = [*wrapper, program(executable), *arguments]
        # Servers that take their event loops from SwiftNIO's singleton get one, like all others.
        self._environment = {**os.environ, "NIO_SINGLETON_GROUP_LOOP_COUNT": "1", **(environment or {})}
        self._patience = patience

    def __enter__(self) -> ServerProcess:
        with open(self._log, "wb") as output:
            self._process = start(
                self._argv,
                self._core,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
            )
        self.pid = self._process.pid
        try:
            self._wait_until_ready()
        except BaseException:
            end(self._process)
            raise
        return self

    def __exit__(self, *_) -> None:
        end(self._process)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            self.check_alive()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.02)
        raise Failure("does not listen")

    def check_alive(self) -> None:
        status = self._process.poll()
        if status is not None:
            lines = self._log.read_text(errors="replace").strip().splitlines()
            raise Failure(f"ended with status {status}: {lines[-1] if lines else 'no output'}")

    def cpu_seconds(self) -> float:
        """User and system time of all its threads."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            raise Failure("ended while it was measured") from None
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _tick

    def _status(self, key: str) -> int:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
        raise Failure("ended while it was measured")

    def rss(self) -> int:
        return self._status("VmRSS")

    def peak_rss(self) -> int:
        return self._status("VmHWM")

    def reset_peak_rss(self) -> None:
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")
