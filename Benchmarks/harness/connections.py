"""Scenarios "connections" and "tls-connections": what an idle keep-alive connection costs a server's memory."""

from __future__ import annotations

import ssl
import time

from . import secure
from .client import BODY, Connection, verify
from .machine import log
from .report import Section, mebibytes
from .running import Failure, ServerProcess, pinned, raise_open_files
from .scenarios import Scenario
from .servers import SCRATCH, Server, not_measured
from .settings import Settings

PORTS_PER_ADDRESS = 20_000
PATIENCE = 120.0


def measure_secure(scenario: Scenario, settings: Settings) -> list[Section]:
    """Servers of their own take part: those that speak HTTP/1.1 over TLS."""
    servers, missing = secure.ready(without=frozenset({"nio-http2"}))
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    tls.set_alpn_protocols(["http/1.1"])
    table = measure(scenario, servers, settings, tls)
    table.notes += not_measured(missing)
    return [table]


def measure(scenario: Scenario, servers: list[Server], settings: Settings, tls: ssl.SSLContext | None = None) -> Section:
    wanted = settings.connections
    limit = raise_open_files() - 500
    count = min(wanted, limit)
    table = Section(
        f"{scenario.title}: {count:,}, each after one request",
        ["server", "bytes/connection", "RSS before MiB", "RSS with them MiB", "RSS when closed MiB", "seconds to open"],
    )
    if count < wanted:
        table.notes.append(f"{wanted:,} were asked for; the limit of open files allows {count:,}.")
    for server in servers:
        try:
            row = _measure(scenario, server, settings, count, tls)
        except Failure as failure:
            row = [f"invalid: {failure}"]
        log(f"{scenario.name}, {server.name}: {row[0]}")
        table.rows.append([server.title, *row])
    return table


def _measure(scenario: Scenario, server: Server, settings: Settings, count: int, tls: ssl.SSLContext | None) -> list[str]:
    with ServerProcess(server, settings.server_core, SCRATCH) as process, pinned(settings.load_core):
        request = scenario.request(process.port)
        size = _secure_size(process.port, request, tls) if tls else verify(process.port, request).size
        # What a server allocates once and for all is not the connections' doing.
        _open_and_close(process.port, request, size, 64, tls)
        before = process.rss()

        began = time.monotonic()
        connections: list[Connection] = []
        try:
            for number in range(count):
                if time.monotonic() - began > PATIENCE:
                    raise Failure(f"only {number} connections in {PATIENCE:.0f} s")
                connections.append(_open(process.port, request, size, number, tls))
            elapsed = time.monotonic() - began
            time.sleep(0.5)
            held = process.rss()
            # They must still be there, the first and the last one at least.
            for connection in (connections[0], connections[-1]):
                connection.exchange(request, 1, 1, size)
        finally:
            for connection in connections:
                connection.close()
        time.sleep(1)
        return [
            f"{(held - before) / count:,.0f}",
            mebibytes(before),
            mebibytes(held),
            mebibytes(process.rss()),
            f"{elapsed:.2f}",
        ]


def _open(port: int, request: bytes, size: int, number: int, tls: ssl.SSLContext | None) -> Connection:
    # A port is free again for another address only: 127.0.0.1, 127.0.0.2, …
    source = f"127.0.0.{1 + number // PORTS_PER_ADDRESS}"
    connection = Connection(port, source, tls=tls)
    try:
        connection.exchange(request, 1, 1, size)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_and_close(port: int, request: bytes, size: int, count: int, tls: ssl.SSLContext | None) -> None:
    connections = [_open(port, request, size, 0, tls) for _ in range(count)]
    for connection in connections:
        connection.exchange(request, 10, 1, size)
        connection.close()
    time.sleep(0.2)


def _secure_size(port: int, request: bytes, tls: ssl.SSLContext) -> int:
    """The size of the answer. Its fields may differ: h2o has those of a file."""
    with Connection(port, tls=tls) as connection:
        connection.send(request)
        response = connection.response()
    if response.status != 200 or response.body != BODY:
        raise Failure(f"status {response.status}, body {response.body[:40]!r}")
    return response.size
