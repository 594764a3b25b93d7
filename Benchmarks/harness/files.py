"""Scenario "files": files of three sizes over connections that are kept, beside nginx and Go.

Servers of their own take part: each serves the same directory. What counts is CPU time per request, and its ratio to
nginx with sendfile and open_file_cache in the same run.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from .load import GENERATORS
from .report import Section
from .rounds import notes, sample
from .running import Failure, ServerProcess
from .samples import Samples
from .scenarios import Scenario
from .servers import SCRATCH, GoServer, NginxServer, Server, SwiftServer, anchor_column, build, build_go, nginx, not_measured
from .settings import Settings

NEEDS = {"wrk", "nginx", "go"}

FILES = SCRATCH / "files"

ANCHOR = "nginx"
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
    SwiftServer("martlet-files", "Martlet (`VirtualDirectory`)"),
    NginxFiles(ANCHOR, "nginx (`sendfile`, `open_file_cache`)"),
    GoFiles("go-files", "Go (`http.FileServer`)", once=True),
)


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    servers, missing = build(list(SERVERS))
    _make_files()
    ratio = anchor_column(servers, ANCHOR)
    table = Section(
        scenario.title,
        ["file", "server", "µs CPU/request", ratio, "least–most µs", "requests/s", "peak RSS MiB"],
        notes=notes(servers, settings) + not_measured(missing),
    )
    for size in SIZES:
        load = replace(scenario, path=size.path, connections=size.connections)

        def take(server: Server, samples: Samples) -> str:
            return _sample(load, server, size, settings, samples)

        samples = sample(size.name, servers, settings, take)
        for server in servers:
            table.rows.append([size.name, server.title, *samples[server.name].cells(samples.get(ANCHOR))])
    return [table]


def _sample(scenario: Scenario, server: Server, size: Size, settings: Settings, samples: Samples) -> str:
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
        samples.cpu.append(spent / requests * 1e6)
        samples.rate.append(requests / load.seconds)
        samples.peak.append(process.peak_rss())
    return f"{samples.cpu[-1]:.2f} µs CPU/request, {samples.rate[-1]:,.0f} requests/s"


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
