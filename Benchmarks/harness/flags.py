"""Scenario "release-flags": what flags of release builds change in the CPU time of Swift servers."""

from __future__ import annotations

import os
import statistics
from pathlib import Path

from . import throughput
from .builds import BOTH, BUILDS, USUAL, BuiltServer, built
from .counting import count_instructions
from .machine import log
from .report import Section, mebibytes
from .running import Failure
from .scenarios import SCENARIOS, Scenario
from .servers import build, not_measured
from .settings import Settings

NEEDS = {"wrk", "gcc", "valgrind"}

SERVERS = (
    *(built("martlet-hello", "Martlet", options) for options in BUILDS),
    *(built("hummingbird", "Hummingbird", options) for options in (USUAL, BOTH)),
)
"""Hummingbird too: what flags save is not Martlet's merit alone."""

LOADS = (("plain", "plain"), ("browser", "browser-like"))


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    servers, missing = build(list(SERVERS))
    loads = [SCENARIOS[name] for name, _ in LOADS]
    results = throughput.measure(loads, servers, settings)
    columns = ["server"]
    for _, title in LOADS:
        columns += [f"µs CPU, {title}", f"× {USUAL.title}", "least–most µs"]
    columns += [f"instructions, {LOADS[-1][1]}", "executable MiB"]
    table = Section(scenario.title, columns, notes=not_measured(missing))
    for server in servers:
        row = [server.title]
        for load in loads:
            samples = results.valid(load.name, server.name)
            if not samples:
                row += [f"invalid: {results.failures[load.name, server.name][0]}", "", ""]
                continue
            usual = results.valid(load.name, f"{server.product}-{USUAL.name}")
            # Round by round, so that a slow round slows both sides of the ratio.
            ratios = [own.cpu / other.cpu for own, other in zip(samples, usual)]
            cpu = [sample.cpu for sample in samples]
            row += [
                f"{statistics.median(cpu):.2f}",
                f"{statistics.median(ratios):.2f}" if ratios else "–",
                f"{min(cpu):.2f}–{max(cpu):.2f}",
            ]
        executable = Path(os.path.realpath(server.command(0)[0]))
        table.rows.append([*row, _instructions(server, loads[-1], settings), mebibytes(executable.stat().st_size)])
    return [table]


def _instructions(server: BuiltServer, load: Scenario, settings: Settings) -> str:
    """Counted, since flags may change less than a machine does from round to round."""
    try:
        return f"{count_instructions(server, load, settings):,.0f}"
    except Failure as failure:
        log(f"{server.name}: not counted: {failure}")
        return "–"
