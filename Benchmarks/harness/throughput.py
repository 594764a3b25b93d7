"""Scenarios of kind "load": CPU time per request, rate, latency, memory."""

from __future__ import annotations

import resource
import statistics
import time
from dataclasses import dataclass

from . import rounds
from .client import extra_fields, verify
from .load import GENERATORS
from .machine import BusyClock, log
from .report import Section, mebibytes
from .running import Failure, ServerProcess
from .scenarios import Scenario
from .servers import SCRATCH, Server, anchor_column
from .settings import Settings


@dataclass(frozen=True)
class Sample:
    cpu: float  # microseconds per request
    rate: float
    p99: float | None  # milliseconds
    peak: int  # bytes
    other: float  # cores that somebody else kept busy meanwhile


class Results:
    """All samples, by scenario and server, one a round, and what went wrong."""

    def __init__(self) -> None:
        self.samples: dict[tuple[str, str], list[Sample]] = {}
        self.failures: dict[tuple[str, str], list[str]] = {}
        self.extras: dict[str, list[str]] = {}

    def valid(self, scenario: str, server: str) -> list[Sample]:
        """The samples of a server, unless something went wrong in one of its rounds."""
        return [] if (scenario, server) in self.failures else self.samples.get((scenario, server), [])

    def other_load(self, scenario: str) -> float:
        others = [sample.other for (name, _), samples in self.samples.items() if name == scenario for sample in samples]
        return statistics.fmean(others) if others else 0.0


def measure(scenarios: list[Scenario], servers: list[Server], settings: Settings) -> Results:
    """Measures every server in every scenario, once a round, so that a slow minute meets them all."""
    results = Results()
    for turn in range(settings.rounds):
        for scenario in scenarios:
            able = [server for server in servers if scenario.protocol in server.protocols]
            for server in rounds.in_turn(able, turn):
                if turn > 0 and server.once:
                    continue
                key = (scenario.name, server.name)
                try:
                    sample = _sample(scenario, server, settings, results)
                    results.samples.setdefault(key, []).append(sample)
                    outcome = f"{sample.cpu:.2f} µs CPU/request, {sample.rate:,.0f} requests/s"
                except Failure as failure:
                    results.failures.setdefault(key, []).append(str(failure))
                    outcome = f"INVALID: {failure}"
                log(f"round {turn + 1}/{settings.rounds}, {scenario.name}, {server.name}: {outcome}")
    return results


def _sample(scenario: Scenario, server: Server, settings: Settings, results: Results) -> Sample:
    generate = GENERATORS[scenario.load]
    with ServerProcess(server, settings.server_core, SCRATCH) as process:
        answer = verify(process.port, scenario.request(process.port))
        results.extras[server.name] = extra_fields(answer)
        generate(scenario, process.port, settings.warm_up, settings.load_core)

        busy, began = BusyClock.now(), time.monotonic()
        children = _children_cpu()
        before = process.cpu_seconds()
        load = generate(scenario, process.port, settings.seconds, settings.load_core)
        spent = process.cpu_seconds() - before
        others = BusyClock.now() - busy - spent - (_children_cpu() - children)
        elapsed = time.monotonic() - began

        load.check(answer.size)
        verify(process.port, scenario.request(process.port))
        return Sample(
            cpu=spent / load.requests * 1e6,
            rate=load.requests / load.seconds,
            p99=load.p99_milliseconds,
            peak=process.peak_rss(),
            other=max(0.0, others / elapsed),
        )


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def section(scenario: Scenario, servers: list[Server], results: Results, settings: Settings) -> Section:
    table = Section(
        scenario.title,
        ["server", "µs CPU/request", anchor_column(servers, scenario.anchor), "least–most µs", "requests/s", "p99 ms", "peak RSS MiB"],
    )
    anchor = results.valid(scenario.name, scenario.anchor)
    for server in servers:
        key = (scenario.name, server.name)
        if key in results.failures:
            failures = results.failures[key]
            table.rows.append([server.title, f"invalid: {failures[0]} ({len(failures)} times)"])
        elif key in results.samples:
            samples = results.samples[key]
            # Round by round, so that a slow round slows both sides of the ratio.
            ratios = [sample.cpu / base.cpu for sample, base in zip(samples, anchor)]
            table.rows.append([
                server.title,
                f"{statistics.median(s.cpu for s in samples):.2f}",
                f"{statistics.median(ratios):.2f}" if ratios else "–",
                f"{min(s.cpu for s in samples):.2f}–{max(s.cpu for s in samples):.2f}",
                f"{statistics.median(s.rate for s in samples):,.0f}",
                "–" if samples[0].p99 is None else f"{statistics.median(s.p99 for s in samples):.2f}",
                mebibytes(statistics.median(s.peak for s in samples)),
            ])
    table.notes += rounds.notes(servers, settings)
    table.other_load = results.other_load(scenario.name)
    return table


def notes(servers: list[Server], results: Results) -> list[str]:
    found = []
    for server in servers:
        if results.extras.get(server.name):
            found.append(f"{server.title}: {', '.join(results.extras[server.name])}")
    return ["Fields that an answer had beside Content-Type, Content-Length and Date. " + "; ".join(found) + "."] if found else []
