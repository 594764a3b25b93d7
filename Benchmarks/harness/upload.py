"""Scenario "upload": one large chunked request body, read and dropped by the server."""

from __future__ import annotations

import statistics
import time

from .client import BODY, Connection, verify
from .machine import log
from .report import Section, mebibytes
from .running import Failure, ServerProcess, pinned
from .scenarios import Scenario
from .servers import SCRATCH, Server
from .settings import Settings

CHUNK = 64 * 1024
CHUNKS_PER_WRITE = 16


def measure(scenario: Scenario, servers: list[Server], settings: Settings) -> Section:
    total = settings.upload_bytes // (CHUNK * CHUNKS_PER_WRITE) * (CHUNK * CHUNKS_PER_WRITE)
    table = Section(
        f"{scenario.title} of {total / 2**20:,.0f} MiB in chunks of {CHUNK // 1024} KiB",
        ["server", "seconds", "MiB/s", "server CPU s", "RSS before MiB", "peak RSS MiB"],
    )
    for server in servers:
        try:
            turns = [_measure(server, settings, total) for _ in range(settings.rounds)]
        except Failure as failure:
            table.rows.append([server.title, f"invalid: {failure}"])
            log(f"upload, {server.name}: INVALID: {failure}")
            continue
        seconds, cpu, before, peak = (statistics.median(values) for values in zip(*turns))
        table.rows.append([
            server.title,
            f"{seconds:.2f}",
            f"{total / 2**20 / seconds:,.0f}",
            f"{cpu:.2f}",
            mebibytes(before),
            mebibytes(peak),
        ])
        log(f"upload, {server.name}: {seconds:.2f} s, peak RSS {mebibytes(peak)} MiB")
    return table


def _measure(server: Server, settings: Settings, total: int) -> tuple[float, float, int, int]:
    chunk = f"{CHUNK:x}\r\n".encode() + bytes(CHUNK) + b"\r\n"
    write = chunk * CHUNKS_PER_WRITE
    with ServerProcess(server, settings.server_core, SCRATCH) as process, pinned(settings.load_core):
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{process.port}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        verify(process.port, head + chunk + b"0\r\n\r\n")
        process.reset_peak_rss()
        before = process.rss()
        cpu = process.cpu_seconds()
        with Connection(process.port, timeout=30) as connection:
            began = time.monotonic()
            connection.send(head)
            for _ in range(total // (CHUNK * CHUNKS_PER_WRITE)):
                connection.send(write)
                if time.monotonic() - began > 120:
                    raise Failure("not done after 120 s")
            connection.send(b"0\r\n\r\n")
            response = connection.response()
            elapsed = time.monotonic() - began
        if response.status != 200 or response.body != BODY:
            raise Failure(f"status {response.status}")
        return elapsed, process.cpu_seconds() - cpu, before, process.peak_rss()
