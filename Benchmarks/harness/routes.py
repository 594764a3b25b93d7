"""Scenario "routes": what a request costs that is for one of many routes, beside Hummingbird and without a router.

Instructions and allocations are counted, not timed, so that the rows of one server differ by the routes alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .counting import UNDER_VALGRIND, WARM_UP, count_allocations, count_instructions
from .machine import log
from .report import Section
from .running import Failure
from .scenarios import Scenario
from .servers import ROOT, Server, SwiftServer, build, build_swift, not_measured
from .settings import Settings

NEEDS = {"gcc", "valgrind"}

COUNTS = (10, 200, 5_000)
"""How many routes there are; one half is static, the other has a capture."""


@dataclass(frozen=True)
class RoutesServer(SwiftServer):
    program: str = ""
    routes: int = 0

    def build(self) -> None:
        build_swift(self.program)

    def command(self, port: int) -> list[str]:
        return [str(ROOT / ".build/release" / self.program), str(port), str(self.routes)]


PROGRAMS = (("martlet-routes", "Martlet (`Router`)"), ("hummingbird-routes", "Hummingbird"))


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    servers: list[Server] = [SwiftServer("martlet-hello", "Martlet (no router)")]
    servers += [
        RoutesServer(f"{program}-{count}", title, program=program, routes=count)
        for program, title in PROGRAMS
        for count in COUNTS
    ]
    servers, missing = build(servers)
    table = Section(
        scenario.title,
        ["server", "routes", "route", "instructions", "allocations"],
        notes=[
            f"User mode only, counted by valgrind over {UNDER_VALGRIND:,} requests on one connection after {WARM_UP:,} to warm up.",
            "The routes are `/resource0/list`, `/resource0/items/{id}` and so on; the requests are for one in the middle.",
            *not_measured(missing),
        ],
    )
    for server in servers:
        if not isinstance(server, RoutesServer):
            table.rows.append([server.title, "–", "–", *_counts(replace(scenario, path="/"), server, settings)])
            continue
        middle = server.routes // 4
        for route, path in (("static", f"/resource{middle}/list"), ("captures", f"/resource{middle}/items/42")):
            counts = _counts(replace(scenario, path=path), server, settings)
            table.rows.append([server.title, f"{server.routes:,}", route, *counts])
    return [table]


def _counts(load: Scenario, server: Server, settings: Settings) -> list[str]:
    try:
        counts = count_allocations(server, load, settings)
        cells = [
            f"{count_instructions(server, load, settings):,.0f}",
            f"{counts.made:.2f} ({counts.bytes:,.0f} bytes)",
        ]
    except Failure as failure:
        cells = [f"invalid: {failure}"]
    log(f"{load.name}, {server.name}, {load.path}: {', '.join(cells)}")
    return cells
