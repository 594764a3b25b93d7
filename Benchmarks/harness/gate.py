"""The gate: what a request costs, in instructions and allocations, beside what it cost when the baseline was written.

It counts a program of the package itself, Tests/RequestCost, so that nothing of this folder's package is built. Counts
depend on the compiler, the C library and the architecture: on a machine that differs from the baseline's, nothing is
measured. They depend on the dependencies too: where one has another version, growth is reported, and fails nothing.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .counting import count_allocations, count_instructions
from .machine import log
from .running import Failure
from .scenarios import COUNTED, SCENARIOS
from .servers import ROOT, Server, SwiftServer, build, build_swift, resolved_versions
from .settings import Settings

PACKAGE = ROOT.parent
PROGRAM = "RequestCost"
NEEDS = {"gcc": "gcc", "valgrind": "valgrind", "strip": "gcc"}
"""Programs, and what installs each."""

TOLERANCE = 0.02
SLACK = {"instructions": 0.0, "allocations": 0.05}
"""Growth that is never reported, whatever share it is: an allocation each 20 requests is a buffer that grew."""


@dataclass(frozen=True)
class RequestCost(SwiftServer):
    arguments: tuple[str, ...] = ()

    def build(self) -> None:
        build_swift(PROGRAM, PACKAGE, flags=("--traits", "Telemetry"))

    def command(self, port: int) -> list[str]:
        return [str(PACKAGE / ".build/release" / PROGRAM), str(port), *self.arguments]


SERVERS: dict[str, Server] = {
    server.name: server
    for server in (
        RequestCost("request-cost", "Martlet, as the gate counts it"),
        RequestCost("request-cost-http2", "Martlet, as the gate counts it, HTTP/2", protocols=frozenset({"h2c"}), arguments=("http2",)),
        RequestCost("request-cost-telemetry", "Martlet with telemetry and no backend", arguments=("telemetry",)),
    )
}

OTHERS = {"telemetry": ("request-cost-telemetry", "plain")}
"""What is counted besides the scenarios: a program, and the scenario of its requests."""


def run(file: Path, update: bool, choose: Callable[[], Settings]) -> int:
    """Compares with the baseline, or writes it; the result is the exit status. Settings are asked for only on Linux."""
    here = {"swift": _swift_version(), "libc": " ".join(platform.libc_ver()), "architecture": platform.machine()}
    baseline = None if update else _read(file)
    if reason := _reason_to_skip(here, baseline):
        log(f"the gate is skipped: {reason}")
        return 0
    settings = choose()
    ready, missing = build(list(SERVERS.values()))
    if missing:
        return 1
    requests = {name: _count(name, ready, settings) for name in (*COUNTED, *OTHERS)}
    if update:
        _write(file, {**here, "packages": resolved_versions(PACKAGE), "requests": requests})
        return 0
    return _compare(file, baseline, requests)


def _swift_version() -> str:
    version = machine.program_version("swift")
    return version[1] if version else "none"


def _reason_to_skip(here: dict[str, str], baseline: dict | None) -> str | None:
    if platform.system() != "Linux":
        return "it needs valgrind on Linux"
    if baseline:
        for key, title in (("swift", "Swift"), ("libc", "the C library"), ("architecture", "the architecture")):
            if baseline.get(key) != here[key]:
                return f"the baseline is of {title} {baseline.get(key)}, and here it is {here[key]}"
    missing = [program for program in NEEDS if not machine.find(program)]
    return f"{', '.join(missing)} not installed" if missing else None


def _read(file: Path) -> dict:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise Failure(f"no baseline in {file} ({error}); --update writes one") from None


def _write(file: Path, baseline: dict) -> None:
    file.write_text(json.dumps(baseline, indent=2) + "\n")
    log(f"wrote {file}")


def _count(name: str, servers: list[Server], settings: Settings) -> dict[str, float]:
    program, scenario = _of(name)
    load = SCENARIOS[scenario]
    server = next(server for server in servers if server.name == program)
    counts = {
        "instructions": round(count_instructions(server, load, settings), 1),
        "allocations": round(count_allocations(server, load, settings).made, 2),
    }
    log(f"{name}: {counts['instructions']:,.0f} instructions, {counts['allocations']:.2f} allocations a request")
    return counts


def _of(name: str) -> tuple[str, str]:
    """The program and the scenario of what is counted."""
    if name in OTHERS:
        return OTHERS[name]
    return next(server.name for server in SERVERS.values() if SCENARIOS[name].protocol in server.protocols), name


def _compare(file: Path, baseline: dict, requests: dict[str, dict[str, float]]) -> int:
    grown, shrunk = [], []
    for name, counts in requests.items():
        for kind, count in counts.items():
            before = baseline["requests"].get(name, {}).get(kind)
            if before is None:
                grown.append(f"{name}: the baseline has no {kind}")
                continue
            share = count / before - 1 if before else float(count > 0)
            allowance = max(before * TOLERANCE, SLACK[kind])
            change = f"{name}: {_number(count)} {kind} a request instead of {_number(before)} ({share:+.1%})"
            if count > before + allowance:
                grown.append(change)
            elif count < before - allowance:
                shrunk.append(change)
    for change in shrunk:
        log(f"less than before: {change}")
    if shrunk and not grown:
        log(f"so that it stays so: script/bench --gate {file} --update")
    for change in grown:
        log(f"MORE THAN BEFORE: {change}")
    if grown:
        others = _changed_packages(baseline)
        for change in others:
            log(f"what changed besides: {change}")
        program, scenario = _of(grown[0].partition(":")[0])
        log(
            f"where it goes: script/bench --profile {program} --scenario {scenario}; "
            f"if it is meant: script/bench --gate {file} --update"
        )
        if others:
            log("that fails nothing: it may be the dependencies'")
            return 0
        return 1
    log(f"no request costs more than {TOLERANCE:.0%} above {file}")
    return 0


def _number(count: float) -> str:
    return f"{count:,.0f}" if count >= 1000 else f"{count:.2f}"


def _changed_packages(baseline: dict) -> list[str]:
    """Dependencies that have another version than the baseline's: what grew may be theirs."""
    now = resolved_versions(PACKAGE)
    return [
        f"{name} {version} is now {now.get(name, 'gone')}"
        for name, version in baseline.get("packages", {}).items()
        if now.get(name) != version
    ]
