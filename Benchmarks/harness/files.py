"""Scenario "files": files of three sizes over connections that are kept, beside nginx and Go.

Servers of their own take part: each serves the same directory. What counts is CPU time, per request for small files
and per GB for large ones, and its ratio to nginx with sendfile in the same run.
"""

from __future__ import annotations

import os
import socket
import statistics
from dataclasses import dataclass, replace
from pathlib import Path

from .load import GENERATORS
from .machine import log
from .report import Section, mebibytes
from .rounds import in_turn
from .running import Failure, ServerProcess
from .scenarios import Scenario
from .servers import SCRATCH, GoServer, NginxServer, Server, SwiftServer, build, build_go, nginx
from .settings import Settings

NEEDS = {"wrk", "nginx", "go"}

FILES = SCRATCH / "files"

BASELINE = "nginx-files"
"""The server that ratios refer to."""


@dataclass(frozen=True)
class Size:
    name: str
    bytes: int
    connections: int

    @property
    def path(self) -> str:
        return f"/{self.bytes}.bin"


SIZES = (Size("1 KiB", 2**10, 64), Size("64 KiB", 2**16, 64), Size("100 MiB", 100 * 2**20, 4))


@dataclass(frozen=True)
class GoFiles(GoServer):
    def build(self) -> None:
        build_go("files.go", "files-go")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "files-go"), str(port)]


@dataclass(frozen=True)
class NginxFiles(NginxServer):
    def command(self, port: int) -> list[str]:
        return nginx("nginx-files.conf", PORT=port, FILES=FILES)


SERVERS: tuple[Server, ...] = (
    SwiftServer("martlet-files", "Martlet, `VirtualDirectory`"),
    NginxFiles(BASELINE, "nginx, `sendfile on`"),
    GoFiles("go-files", "Go, `http.FileServer`"),
)


@dataclass(frozen=True)
class Sample:
    cpu: float  # microseconds per request
    rate: float
    peak: int


def measure(scenario: Scenario, settings: Settings) -> Section:
    servers, _ = build(list(SERVERS))
    _make_files()
    samples: dict[tuple[str, str], list[Sample]] = {}
    failures: dict[tuple[str, str], str] = {}
    for turn in range(settings.rounds):
        for size in SIZES:
            for server in in_turn(servers, turn):
                key = (size.name, server.name)
                try:
                    sample = _sample(replace(scenario, path=size.path, connections=size.connections), server, size, settings)
                    samples.setdefault(key, []).append(sample)
                    outcome = f"{sample.cpu:.2f} µs CPU/request, {sample.rate:,.0f} requests/s"
                except Failure as failure:
                    failures[key] = str(failure)
                    outcome = f"INVALID: {failure}"
                log(f"round {turn + 1}/{settings.rounds}, {size.name}, {server.name}: {outcome}")
    table = Section(
        scenario.title,
        ["file", "server", "µs CPU/request", "CPU s/GB", f"× {BASELINE}", "least–most µs", "requests/s", "peak RSS MiB"],
    )
    for size in SIZES:
        for server in servers:
            key = (size.name, server.name)
            if key in failures or key not in samples:
                table.rows.append([size.name, server.title, f"invalid: {failures.get(key, 'not measured')}"])
            else:
                table.rows.append(_row(size, server, samples[key], samples.get((size.name, BASELINE), [])))
    return table


def _row(size: Size, server: Server, samples: list[Sample], baseline: list[Sample]) -> list[str]:
    cpu = statistics.median(sample.cpu for sample in samples)
    # Round by round, so that a slow round slows both sides of the ratio.
    ratios = [sample.cpu / base.cpu for sample, base in zip(samples, baseline)]
    return [
        size.name,
        server.title,
        f"{cpu:,.2f}",
        f"{cpu / size.bytes * 1e3:.3f}",
        f"{statistics.median(ratios):.2f}" if ratios else "–",
        f"{min(s.cpu for s in samples):,.2f}–{max(s.cpu for s in samples):,.2f}",
        f"{statistics.median(s.rate for s in samples):,.0f}",
        mebibytes(statistics.median(s.peak for s in samples)),
    ]


def _sample(scenario: Scenario, server: Server, size: Size, settings: Settings) -> Sample:
    generate = GENERATORS[scenario.load]
    environment = {"BENCHMARK_FILES": str(FILES)}
    with ServerProcess(server, settings.server_core, SCRATCH, environment=environment) as process:
        answer_size = _verify(process.port, scenario, size)
        generate(scenario, process.port, settings.warm_up, settings.load_core)
        before = process.cpu_seconds()
        load = generate(scenario, process.port, settings.seconds, settings.load_core)
        spent = process.cpu_seconds() - before
        # What of large files is under way at the end counts as bytes and as CPU, so both are taken by bytes.
        requests = load.bytes / answer_size
        if size.bytes < 2**20:
            load.check(answer_size)
        elif any(load.errors.values()) or load.bytes == 0:
            raise Failure(f"errors: {load.errors}")
        return Sample(cpu=spent / requests * 1e6, rate=requests / load.seconds, peak=process.peak_rss())


def _verify(port: int, scenario: Scenario, size: Size) -> int:
    """Gets the file once, compares it byte by byte, and returns the size of the whole answer."""
    received = bytearray()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(scenario.request(port))
            while (end := received.find(b"\r\n\r\n", 0, 65536)) < 0 or len(received) < end + 4 + size.bytes:
                data = connection.recv(2**20)
                if not data:
                    raise Failure("the server closed the connection")
                received += data
    except OSError as error:
        raise Failure(f"no answer: {error}") from None
    if b" 200 " not in received[:20]:
        raise Failure(f"answered {bytes(received[:40])!r}")
    if received[end + 4 :] != (FILES / size.path[1:]).read_bytes():
        raise Failure("another content than the file's")
    return len(received)


def _make_files() -> None:
    FILES.mkdir(exist_ok=True)
    for size in SIZES:
        file: Path = FILES / size.path[1:]
        if not file.exists() or file.stat().st_size != size.bytes:
            file.write_bytes(os.urandom(size.bytes))
        # Long ago, as files of a site are.
        os.utime(file, (1_000_000_000, 1_000_000_000))
