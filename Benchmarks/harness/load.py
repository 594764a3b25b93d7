"""Load generators. Each is a function in GENERATORS; a scenario names the one it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .machine import find
from .running import Failure, run
from .scenarios import Scenario
from .servers import ROOT, SCRATCH


@dataclass(frozen=True)
class Load:
    """What a load generator counted."""

    requests: int
    seconds: float
    bytes: int
    p99_milliseconds: float | None
    errors: dict[str, int]

    def check(self, answer_size: int) -> None:
        """Throws if an answer was anything but the expected one."""
        errors = {name: count for name, count in self.errors.items() if count}
        if errors:
            raise Failure("errors: " + ", ".join(f"{count} {name}" for name, count in errors.items()))
        if self.requests == 0:
            raise Failure("no request was answered")
        if abs(self.bytes / self.requests / answer_size - 1) > 0.02:
            raise Failure(f"{self.bytes / self.requests:.1f} bytes an answer instead of {answer_size}")


def wrk(scenario: Scenario, port: int, seconds: float, core: int) -> Load:
    program = find("wrk")
    if not program:
        raise Failure("wrk is not installed")
    file = SCRATCH / f"request-{scenario.name}"
    Path(file).write_bytes(scenario.request(port) * scenario.depth)
    # wrk counts in whole seconds.
    whole = max(1, round(seconds))
    output = run(
        [
            program, "-t1", f"-c{scenario.connections}", f"-d{whole}s", "--timeout", "5s",
            "-s", str(ROOT / "tools/wrk.lua"), f"http://127.0.0.1:{port}/", "--", str(file),
        ],
        core,
        timeout=whole + 15,
    )  # fmt: skip
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise Failure("wrk reported nothing")
    counts = json.loads(lines[-1])
    return Load(
        requests=counts["requests"],
        seconds=counts["microseconds"] / 1e6,
        bytes=counts["bytes"],
        # wrk corrects its latencies by a rate that is wrong when requests are pipelined.
        p99_milliseconds=counts["p99"] / 1e3 if scenario.depth == 1 else None,
        errors={
            "connection errors": counts["connect"],
            "read errors": counts["read"],
            "write errors": counts["write"],
            "answers that were not 2xx or 3xx": counts["status"],
            "timeouts": counts["timeout"],
        },
    )


GENERATORS = {"wrk": wrk}
