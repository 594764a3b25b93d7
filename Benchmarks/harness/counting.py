"""Counts that repeat where times do not: allocations and instructions per request."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .client import Connection, verify
from .http2 import HTTP2Connection
from .load import GENERATORS
from .machine import find, log
from .report import Section
from .running import Failure, ServerProcess, run, start, end
from .scenarios import COUNTED, SCENARIOS, Scenario
from .servers import SCRATCH, Server, Unavailable, _require, compile_c
from .settings import Settings

COUNTS = struct.Struct("=QQQ")  # as in tools/malloc_count.c
WARM_UP = 2_000
UNDER_VALGRIND = 2_000
BATCH = 16
REPEATING = {"SWIFT_DETERMINISTIC_HASHING": "1"}
"""The environment of what is counted: dictionaries collide in each run as in the last one."""


def _table(scenario: Scenario, servers: list[Server], count, form) -> Section:
    """One row a server, one column a load scenario."""
    loads = [SCENARIOS[name] for name in COUNTED]
    table = Section(scenario.title, ["server", *(load.title for load in loads)])
    for server in servers:
        row = [server.title]
        for load in loads:
            if load.protocol not in server.protocols:
                row.append("–")
                continue
            try:
                row.append(form(count(server, load)))
            except Failure as failure:
                row.append(f"invalid: {failure}")
            log(f"{scenario.name}, {server.name}, {load.name}: {row[-1]}")
        table.rows.append(row)
    return table


@contextmanager
def _requests(load: Scenario, port: int, timeout: float = 10.0) -> Iterator[Callable[[int], None]]:
    """A function that sends a number of requests, on one connection, as the scenario has them."""
    if load.protocol == "h2c":
        with HTTP2Connection(port, load.path, load.fields, timeout) as connection:
            yield lambda total: connection.exchange_frames(total, load.depth)
    else:
        request = load.request(port)
        size = verify(port, request).size
        with Connection(port, timeout=timeout) as connection:
            yield lambda total: connection.exchange(request, total, load.depth, size)


# Allocations


@dataclass(frozen=True)
class Allocations:
    """Of one request."""

    made: float
    freed: float
    bytes: float


def count_allocations(server: Server, load: Scenario, settings: Settings) -> Allocations:
    library = compile_c("tools/malloc_count.c", "malloc_count.so", "-shared", "-fPIC")
    total = _batches(settings.requests)
    file = SCRATCH / "malloc-counts"
    file.write_bytes(bytes(COUNTS.size))
    environment = {**REPEATING, "LD_PRELOAD": str(library), "MALLOC_COUNT_FILE": str(file)}
    with ServerProcess(server, settings.server_core, SCRATCH, environment=environment) as process:
        with _requests(load, process.port) as send:
            send(WARM_UP)
            before = COUNTS.unpack(file.read_bytes())
            send(total)
            after = COUNTS.unpack(file.read_bytes())
    if after[0] == 0:
        raise Failure("nothing was counted")
    return Allocations(*((b - a) / total for a, b in zip(before, after)))


def _batches(requests: int) -> int:
    return max(BATCH, requests // BATCH * BATCH)


def allocations(scenario: Scenario, servers: list[Server], settings: Settings) -> Section:
    try:
        _require("gcc")
    except Unavailable as reason:
        return Section(scenario.title, ["server"], notes=[f"Not measured: {reason}."])

    def count(server: Server, load: Scenario) -> Allocations:
        return count_allocations(server, load, settings)

    table = _table(scenario, servers, count, lambda counts: f"{counts.made:.2f} ({counts.bytes:,.0f} bytes)")
    table.notes.append(
        f"malloc and its relatives, counted in the server over {_batches(settings.requests):,} requests on one connection "
        f"after {WARM_UP:,} to warm up."
    )
    return table


# Instructions


def _without_debug_info(program: str) -> str:
    """A copy of a program that keeps its symbols only: valgrind stumbles over newer debug information."""
    strip = find("strip")
    if not strip:
        raise Failure("strip is not installed")
    copy = SCRATCH / f"{Path(program).name}-stripped"
    run([strip, "--strip-debug", "-o", str(copy), program], None, timeout=60)
    return str(copy)


class Callgrind:
    """A server under valgrind that counts instructions between two moments."""

    def __init__(self, server: Server, settings: Settings):
        valgrind = find("valgrind")
        if not valgrind:
            raise Failure("valgrind is not installed")
        try:
            library = compile_c("tools/sigsuspend.c", "sigsuspend.so", "-shared", "-fPIC")
        except Unavailable as reason:
            raise Failure(str(reason)) from None
        self._output = SCRATCH / f"callgrind-{server.name}.out"
        for old in SCRATCH.glob(self._output.name + "*"):
            old.unlink()
        self.process = ServerProcess(
            server,
            settings.server_core,
            SCRATCH,
            program=_without_debug_info,
            environment={**REPEATING, "LD_PRELOAD": str(library)},
            wrapper=[
                valgrind, "--tool=callgrind", "--instr-atstart=no", "--compress-strings=no",
                f"--callgrind-out-file={self._output}",
            ],
            patience=60,
        )  # fmt: skip

    def _control(self, *arguments: str) -> None:
        program = find("callgrind_control")
        if not program:
            raise Failure("callgrind_control is not installed")
        run([program, *arguments, str(self.process.pid)], None, timeout=30)

    def count(self, load: Scenario, total: int) -> Path:
        """Counts the instructions of `total` requests and returns callgrind's file."""
        with self.process as process:
            with _requests(load, process.port, timeout=60) as send:
                send(WARM_UP)
                self._control("--instr=on")
                # What callgrind does only once for code that it has not seen is not in the count.
                send(BATCH * 4)
                self._control("--zero")
                send(total)
                self._control("--dump")
        files = sorted(SCRATCH.glob(self._output.name + ".*"))
        if not files:
            raise Failure("callgrind wrote nothing")
        return files[0]


def _total(file: Path) -> int:
    """The instructions of one dump."""
    match = re.search(r"^(?:summary|totals): (\d+)", file.read_text(errors="replace"), re.MULTILINE)
    if not match:
        raise Failure("callgrind counted nothing")
    return int(match.group(1))


def count_instructions(server: Server, load: Scenario, settings: Settings) -> float:
    return _total(Callgrind(server, settings).count(load, UNDER_VALGRIND)) / UNDER_VALGRIND


def instructions(scenario: Scenario, servers: list[Server], settings: Settings) -> Section:
    def count(server: Server, load: Scenario) -> float:
        return count_instructions(server, load, settings)

    table = _table(scenario, servers, count, lambda number: f"{number:,.0f}")
    table.notes.append(
        f"User mode only, counted by valgrind over {UNDER_VALGRIND:,} requests on one connection. "
        "With one connection every request pays for a wake-up of its own."
    )
    return table


# Profiles


def profile(server: Server, load: Scenario, settings: Settings, profiler: str, lines: int, inclusive: bool) -> str:
    """The functions that a request spends most in, as text."""
    if profiler == "callgrind":
        return _callgrind_profile(server, load, settings, lines, inclusive)
    return _perf_profile(server, load, settings, lines)


def _demangle(text: str) -> str:
    swift = find("swift")
    if not swift:
        return text
    done = subprocess.run(
        [swift, "demangle", "--simplified"], input=text, stdout=subprocess.PIPE, text=True, timeout=120
    )
    return done.stdout if done.returncode == 0 else text


def _callgrind_profile(server: Server, load: Scenario, settings: Settings, lines: int, inclusive: bool) -> str:
    file = Callgrind(server, settings).count(load, UNDER_VALGRIND)
    total = _total(file)
    annotate = find("callgrind_annotate")
    if not annotate:
        raise Failure("callgrind_annotate is not installed")
    listing = run(
        [annotate, "--auto=no", "--threshold=100", f"--inclusive={'yes' if inclusive else 'no'}", str(file)],
        None,
        timeout=120,
    )
    kind = "inclusive" if inclusive else "self"
    text = [
        f"{server.title}, {load.title}: {total / UNDER_VALGRIND:,.0f} instructions per request in user mode",
        "",
        f"{'per request':>12} {kind:>7}  function",
    ]
    # 1,234,567 (12.34%)  file:function [object]
    pattern = re.compile(r"^\s*([\d,]+) \(\s*([\d.]+)%\)\s+(.*)$")
    found = 0
    for line in _demangle(listing).splitlines():
        match = pattern.match(line)
        if not match or match.group(3).startswith("PROGRAM TOTALS"):
            continue
        count = int(match.group(1).replace(",", ""))
        function = re.sub(r"^[^\s:]*:", "", match.group(3), count=1)
        function = re.sub(r"\[(?:.*/)?([^/\]]+)\]$", r"[\1]", function)
        text.append(f"{count / UNDER_VALGRIND:>12,.1f} {match.group(2):>6}%  {function[:150]}")
        found += 1
        if found == lines:
            break
    return "\n".join(text)


def _perf_profile(server: Server, load: Scenario, settings: Settings, lines: int) -> str:
    perf = find("perf")
    if not perf:
        raise Failure("perf is not installed")
    data = SCRATCH / f"perf-{server.name}.data"
    with ServerProcess(server, settings.server_core, SCRATCH) as process:
        verify(process.port, load.request(process.port))
        generate = GENERATORS[load.load]
        generate(load, process.port, settings.warm_up, settings.load_core)
        # Samples of the CPU's clock: virtual machines often have no other counter.
        recorder = start(
            [perf, "record", "-q", "-e", "cpu-clock", "-F", "2000", "-o", str(data), "-p", str(process.pid)],
            settings.load_core,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(0.3)
            generate(load, process.port, settings.seconds, settings.load_core)
        finally:
            end(recorder)
    listing = run(
        [perf, "report", "--stdio", "-i", str(data), "--sort", "dso,symbol", "--percent-limit", "0.3"],
        None,
        timeout=120,
        env={**os.environ, "PAGER": "cat"},
    )
    kept = [line.rstrip() for line in _demangle(listing).splitlines() if line.strip() and not line.startswith("#")]
    title = f"{server.title}, {load.title}: share of CPU samples, user mode [.] and kernel [k]"
    return "\n".join([title, "", *(line[:170].rstrip() for line in kept[:lines])])
