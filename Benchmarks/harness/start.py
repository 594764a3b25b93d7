"""Scenario "start": how long a server takes from exec to its first answer, and how large it is on the disk."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from .builds import STATIC, built
from .client import Connection
from .machine import find, log
from .report import Section, mebibytes
from .rounds import in_turn
from .running import Failure, end, free_port, pinned, run
from .scenarios import Scenario
from .servers import SCRATCH, SERVERS, Server, build, not_measured
from .settings import Settings

NEEDS = {"gcc", "go", "cargo", "hyper", "tokio", "nginx"}

STARTED: tuple[Server, ...] = (
    SERVERS["c-epoll"],
    SERVERS["martlet-hello"],
    built("martlet-hello", "Martlet", STATIC),
    SERVERS["nginx"],
    SERVERS["hyper"],
    SERVERS["go"],
    SERVERS["hummingbird"],
    built("hummingbird", "Hummingbird", STATIC),
)

STARTS_PER_ROUND = 10
PATIENCE = 10.0

C_LIBRARY = re.compile(r"(lib(c|m|dl|rt|pthread|resolv|util)|ld-linux.*|linux-vdso)\.so")


@dataclass
class Starts:
    """All that one server did, one entry a start."""

    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rss: list[int] = field(default_factory=list)
    failure: str | None = None


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    servers, missing = build(list(STARTED))
    starts = {server.name: Starts() for server in servers}
    # The first start finds the files on the disk, and is not counted.
    for turn in range(-1, settings.rounds * STARTS_PER_ROUND):
        for server in in_turn(servers, turn):
            own = starts[server.name]
            try:
                milliseconds, cpu, rss = _start(scenario, server, settings)
            except Failure as failure:
                own.failure = str(failure)
                continue
            if turn >= 0:
                own.milliseconds.append(milliseconds)
                own.cpu.append(cpu)
                own.rss.append(rss)
    table = Section(
        scenario.title,
        [
            "server", "ms to the first answer", "least–most ms", "CPU ms", "RSS MiB",
            "executable MiB", "stripped MiB", "with libraries MiB",
        ],
        notes=[
            f"{settings.rounds * STARTS_PER_ROUND} starts of each, with the files in memory already. CPU time and memory "
            "are those at the first answer. Libraries are the shared ones that the program is linked with, but for those "
            "of the C library.",
            *not_measured(missing),
        ],
    )  # fmt: skip
    for server in servers:
        table.rows.append([server.title, *_cells(server, starts[server.name])])
        log(f"start, {server.name}: {', '.join(table.rows[-1][1:])}")
    return [table]


def _cells(server: Server, starts: Starts) -> list[str]:
    if starts.failure or not starts.milliseconds:
        return [f"invalid: {starts.failure or 'not measured'}"]
    executable = Path(os.path.realpath(server.command(0)[0]))
    stripped = _stripped_size(executable)
    return [
        f"{statistics.median(starts.milliseconds):.2f}",
        f"{min(starts.milliseconds):.2f}–{max(starts.milliseconds):.2f}",
        f"{statistics.median(starts.cpu):.2f}",
        mebibytes(statistics.median(starts.rss)),
        mebibytes(executable.stat().st_size),
        mebibytes(stripped),
        mebibytes(stripped + _libraries_size(executable)),
    ]


def _start(scenario: Scenario, server: Server, settings: Settings) -> tuple[float, float, int]:
    """Milliseconds from exec to the end of the first answer, those of CPU time among them, and the memory then."""
    port = free_port()
    command = server.command(port)
    environment = {**os.environ, "NIO_SINGLETON_GROUP_LOOP_COUNT": "1"}
    null = subprocess.DEVNULL
    # Without a function to call in the child, which inherits the core, Python need not copy itself for it.
    with pinned(settings.server_core):
        began = time.monotonic_ns()
        process = subprocess.Popen(
            command, stdin=null, stdout=null, stderr=null, env=environment, start_new_session=True
        )
    try:
        with pinned(settings.load_core):
            _first_answer(process, port, scenario.request(port))
            elapsed = time.monotonic_ns() - began
        return elapsed / 1e6, _cpu_nanoseconds(process.pid) / 1e6, _rss(process.pid)
    finally:
        end(process)


def _first_answer(process: subprocess.Popen, port: int, request: bytes) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            connection = Connection(port)
        except Failure:
            if process.poll() is not None:
                raise Failure(f"ended with status {process.returncode}") from None
            time.sleep(0.0001)
            continue
        with connection:
            connection.send(request)
            if connection.response().status != 200:
                raise Failure("not status 200")
            return
    raise Failure("does not listen")


def _cpu_nanoseconds(pid: int) -> int:
    """CPU time of all threads, which /proc/PID/stat has in hundredths of a second only."""
    try:
        return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    except OSError:
        raise Failure("ended while it was measured") from None


def _rss(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _stripped_size(executable: Path) -> int:
    copy = SCRATCH / "stripped"
    run([find("strip") or "strip", "-o", str(copy), str(executable)], None, timeout=60)
    size = copy.stat().st_size
    copy.unlink()
    return size


def _libraries_size(executable: Path) -> int:
    """Of the shared libraries that a program is linked with; none if it is linked statically."""
    listing = subprocess.run(["ldd", str(executable)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    paths = re.findall(r"(/\S+) \(0x", listing.stdout)
    return sum(os.path.getsize(path) for path in paths if not C_LIBRARY.match(Path(path).name))
