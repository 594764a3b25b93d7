"""Scenario "clients": CPU time of HTTP clients, for short answers and for downloads, from nginx."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from .client import BODY
from .machine import log
from .report import Section
from .rounds import in_turn
from .running import Failure, ServerProcess, run
from .scenarios import Scenario
from .servers import ROOT, SCRATCH, SERVERS, anchor_column, build, build_go, build_swift, compile_c, not_measured
from .settings import Settings

ANCHOR = "libcurl"
"""The client that ratios refer to."""

CONCURRENCIES = (1, 16, 64)
DOWNLOAD = 64 * 2**20


@dataclass(frozen=True)
class Client:
    """A program that takes `URL CONCURRENCY WARM-UP SECONDS` and prints what it did as JSON."""

    name: str
    title: str
    build: Callable[[], object]
    program: str
    needs: tuple[str, ...] = ()


def _swift(name: str, title: str) -> Client:
    return Client(name, title, lambda: build_swift(name), str(ROOT / ".build/release" / name))


CLIENTS = (
    _swift("martlet-client", "Martlet"),
    _swift("async-http-client", "AsyncHTTPClient (Swift)"),
    Client("go-client", "Go (net/http)", lambda: build_go("client.go", "client-go"), str(SCRATCH / "client-go"), ("go",)),
    Client(
        "libcurl",
        "libcurl (C, multi)",
        lambda: compile_c("peers/client.c", "client-c", libraries=("-lcurl",)),
        str(SCRATCH / "client-c"),
        ("gcc", "libcurl"),
    ),
)

NEEDS = {"nginx"} | {program for client in CLIENTS for program in client.needs}


@dataclass(frozen=True)
class Sample:
    cpu: float  # microseconds per answer
    rate: float  # answers per second


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    ready, missing = build(list(CLIENTS))
    (SCRATCH / "download").write_bytes(bytes(DOWNLOAD))
    sections = []
    for path, title, size in (
        ("/", f"{scenario.title}: GET of {len(BODY)} bytes", len(BODY)),
        ("/download", f"{scenario.title}: download of {DOWNLOAD // 2**20} MiB", DOWNLOAD),
    ):
        sections.append(_section(title, path, size, ready, settings))
        sections[-1].notes += not_measured(missing)
    return sections


def _section(title: str, path: str, size: int, clients: list[Client], settings: Settings) -> Section:
    samples: dict[tuple[str, int], list[Sample]] = {}
    failures: dict[tuple[str, int], Failure] = {}
    with ServerProcess(SERVERS["nginx"], settings.load_core, SCRATCH) as server:
        url = f"http://127.0.0.1:{server.port}{path}"
        for turn in range(settings.rounds):
            for concurrency in CONCURRENCIES:
                for client in in_turn(clients, turn):
                    key = (client.name, concurrency)
                    try:
                        sample = _sample(client, url, concurrency, size, settings)
                        samples.setdefault(key, []).append(sample)
                        log(f"{path} at {concurrency}, {client.name}: {sample.cpu:,.1f} µs CPU, {sample.rate:,.0f}/s")
                    except Failure as failure:
                        failures[key] = failure
                        log(f"{path} at {concurrency}, {client.name}: INVALID: {failure}")
    unit, scale = ("µs", 1) if size < 2**20 else ("ms", 1000)
    columns = ["client"]
    for concurrency in CONCURRENCIES:
        columns += [f"{unit} CPU, {concurrency} at once", anchor_column(clients, ANCHOR), "answers/s"]
    table = Section(title, columns)
    for client in clients:
        row = [client.title]
        for concurrency in CONCURRENCIES:
            key = (client.name, concurrency)
            if key in failures or key not in samples:
                row += [f"invalid: {failures.get(key, 'nothing measured')}", "", ""]
                continue
            base = samples.get((ANCHOR, concurrency), []) if (ANCHOR, concurrency) not in failures else []
            # Round by round, so that a slow round slows both sides of the ratio.
            ratios = [own.cpu / other.cpu for own, other in zip(samples[key], base)]
            row += [
                f"{statistics.median(sample.cpu for sample in samples[key]) / scale:.1f}",
                f"{statistics.median(ratios):.2f}" if ratios else "–",
                f"{statistics.median(sample.rate for sample in samples[key]):,.0f}",
            ]
        table.rows.append(row)
    return table


def _sample(client: Client, url: str, concurrency: int, size: int, settings: Settings) -> Sample:
    output = run(
        [client.program, url, str(concurrency), str(settings.warm_up), str(settings.seconds)],
        settings.server_core,
        timeout=settings.warm_up + settings.seconds + 60,
        # Clients that take their event loops from SwiftNIO's singleton get one, as Go gets one processor.
        env={**os.environ, "NIO_SINGLETON_GROUP_LOOP_COUNT": "1"},
    )
    try:
        counts = json.loads(output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise Failure("reported nothing") from None
    if counts["bytes"] != counts["requests"] * size:
        raise Failure(f"{counts['bytes'] / counts['requests']:.1f} bytes an answer instead of {size}")
    return Sample(cpu=counts["cpu"] / counts["requests"], rate=counts["requests"] / counts["microseconds"] * 1e6)
