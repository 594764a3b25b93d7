#!/usr/bin/env python3
"""Measures HTTP servers, and clients, against one another on this machine.

Every server answers "Hello, world!" on one core; the load comes from another core.
What counts is the server's CPU time per request (user and system, all threads),
as a ratio to an anchor in the same run, the fastest known program of its kind: times
drift from machine to machine and from hour to hour, ratios hold. Everything stays on
127.0.0.1.
"""

from __future__ import annotations

import argparse
import datetime
import shlex
import signal
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

from harness import (
    charts, clients, connections, counting, files, flags, gate, machine, routes, secure, start, throughput, upload, websockets,
)  # fmt: skip
from harness.keeping import Keeper
from harness.machine import log
from harness.report import Section
from harness.running import Failure
from harness.scenarios import DEFAULT, SCENARIOS, Scenario
from harness.servers import COUNTED_ONLY, SERVERS, UPLOAD_ONLY, Unavailable, build, not_measured, swift_package_versions
from harness.settings import Settings

OWN_PROGRAMS = {
    "clients": (clients.measure, clients.NEEDS),
    "files": (files.measure, files.NEEDS),
    "release-flags": (flags.measure, flags.NEEDS),
    "routes": (routes.measure, routes.NEEDS),
    "secure": (secure.measure, secure.NEEDS),
    "start": (start.measure, start.NEEDS),
    "tls-connections": (connections.measure_secure, secure.NEEDS),
    "websocket": (websockets.measure, websockets.NEEDS),
}
"""Kinds of scenarios that bring their own programs: what measures them, and what has to be installed."""

PROFILED = {**SERVERS, **gate.SERVERS}

EXAMPLES = """\
scenarios:
{scenarios}
  all             every one of them

servers:
{servers}

examples:
  script/bench                                  the three load scenarios, all servers
  script/bench --quick --only martlet-hello     a first impression in half a minute
  script/bench --allocations                    what a request allocates
  script/bench --instructions                   what a request executes; repeats exactly
  script/bench --profile martlet-hello          where it executes it
  script/bench --gate Benchmarks/instructions.json   whether a request costs more than before
  script/bench --scenario all --charts          everything, and the charts and tables of the documentation
  script/bench --charts                         these alone, of what RESULTS.md has
  script/bench --scenario start                 time from exec to the first answer, and sizes of programs
  script/bench --scenario connections           memory of 10,000 idle connections; tls-connections over TLS
  script/bench --scenario upload                memory and time of a 1 GiB upload
  script/bench --scenario clients               clients: short answers and downloads
  script/bench --scenario files                 files of three sizes, beside nginx and Go
  script/bench --scenario routes                what it costs to find one of many routes, beside Hummingbird
  script/bench --scenario tls,http2             handshakes, requests over TLS and over HTTP/2
  script/bench --scenario websocket             echo of three sizes, compressed and not
  script/bench --scenario release-flags         static runtime, no exclusivity checks; builds Martlet three times
"""


def names(known, plural: str):
    def parse(text: str) -> list[str]:
        chosen = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in chosen if name not in known]
        if unknown or not chosen:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'nothing'}; {plural} are {', '.join(known)}")
        return chosen

    return parse


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def arguments() -> argparse.Namespace:
    scenarios = "\n".join(f"  {scenario.name:15} {scenario.title}" for scenario in SCENARIOS.values())
    servers = "\n".join(f"  {server.name:15} {server.title}" for server in SERVERS.values())
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description=__doc__,
        epilog=EXAMPLES.format(scenarios=scenarios, servers=servers),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what to measure")
    what.add_argument(
        "--scenario", metavar="NAME,…", type=names([*SCENARIOS, "all"], "scenarios"), help=f"default: {','.join(DEFAULT)}"
    )
    what.add_argument("--allocations", action="store_true", help="short for --scenario allocations")
    what.add_argument("--instructions", action="store_true", help="short for --scenario instructions")
    what.add_argument(
        "--profile", metavar="SERVER", choices=PROFILED, help="print the functions that a request spends most in"
    )
    what.add_argument(
        "--gate", metavar="FILE", type=Path, help="fail if a request takes more instructions or allocations than FILE says"
    )
    what.add_argument("--update", action="store_true", help="write FILE instead (with --gate)")
    what.add_argument(
        "--charts",
        action="store_true",
        help="draw docs/charts of RESULTS.md, and copy its tables into the documentation; after the scenarios, if any are named",
    )
    what.add_argument(
        "--only", metavar="NAME,…", type=names(SERVERS, "servers"), help="only these servers, and those that ratios refer to"
    )

    how = parser.add_argument_group("how to measure")
    how.add_argument("--rounds", type=positive, default=3, metavar="N", help="medians of N rounds (default 3)")
    how.add_argument("--seconds", type=positive, default=4, metavar="S", help="of load in a round (default 4)")
    how.add_argument("--warm-up", type=positive, default=1, metavar="S", help="before it (default 1)")
    how.add_argument("--quick", action="store_true", help="one round of 2 seconds; no results are kept")
    how.add_argument("--connections", type=positive, default=10_000, metavar="N", help="idle ones (default 10000)")
    how.add_argument("--upload-mib", type=positive, default=1024, metavar="N", help="of an upload (default 1024)")
    how.add_argument("--requests", type=positive, default=10_000, metavar="N", help="to count over (default 10000)")
    how.add_argument("--server-core", type=int, metavar="CORE", help="default: the first core")
    how.add_argument("--load-core", type=int, metavar="CORE", help="default: the last core")
    how.add_argument("--no-install", action="store_true", help="do not install missing programs")

    profiling = parser.add_argument_group("with --profile")
    profiling.add_argument(
        "--profiler",
        choices=("callgrind", "perf"),
        default="callgrind",
        help="callgrind counts user mode and repeats exactly; perf samples the kernel too",
    )
    profiling.add_argument("--inclusive", action="store_true", help="count callees too (callgrind)")
    profiling.add_argument("--lines", type=positive, default=40, metavar="N", help="functions to print (default 40)")

    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write the tables there and nowhere else, whatever they are (default: those that were measured on a quiet "
        "machine replace theirs in Benchmarks/RESULTS.md)",
    )
    options = parser.parse_args()
    if options.update and not options.gate:
        parser.error("--update needs --gate")
    return options


def chosen_scenarios(options: argparse.Namespace) -> list[str]:
    chosen = list(options.scenario or [])
    if "all" in chosen:
        chosen = list(SCENARIOS)
    if not options.profile:
        # Instructions are counted of all of those together.
        chosen = list(dict.fromkeys("instructions" if SCENARIOS[name].kind == "count" else name for name in chosen))
    chosen += [name for name in ("allocations", "instructions") if getattr(options, name) and name not in chosen]
    if options.profile and not chosen:
        return ["browser"]
    return chosen or list(DEFAULT)


def chosen_servers(options: argparse.Namespace, scenarios: list[Scenario]) -> list[str]:
    kinds = {scenario.kind for scenario in scenarios}
    if options.profile:
        return [options.profile]
    chosen = list(options.only or SERVERS)
    chosen += [scenario.anchor for scenario in scenarios if scenario.kind == "load"]
    if kinds <= OWN_PROGRAMS.keys():
        # It brings its own servers.
        return []
    if kinds == {"upload"}:
        chosen = [name for name in chosen if SERVERS[name].upload]
    elif "upload" not in kinds:
        chosen = [name for name in chosen if name not in UPLOAD_ONLY]
    if kinds <= {"allocations", "instructions", "count"}:
        chosen = [name for name in chosen if SERVERS[name].malloc]
    elif not kinds & {"allocations", "instructions"}:
        chosen = [name for name in chosen if name not in COUNTED_ONLY]
    return [name for name in SERVERS if name in chosen]


def facts(settings: Settings) -> list[tuple[str, str]]:
    versions = [version for program in machine.VERSION_COMMANDS if (version := machine.program_version(program))]
    versions += swift_package_versions()
    return [
        *machine.description(),
        ("Versions", ", ".join(f"{name} {number}" for name, number in versions)),
        ("Server on core", str(settings.server_core)),
        ("Load on core", str(settings.load_core)),
    ]


def chosen_settings(options: argparse.Namespace) -> Settings:
    server_core, load_core = machine.choose_cores(options.server_core, options.load_core)
    return Settings(
        rounds=options.rounds,
        seconds=options.seconds,
        warm_up=options.warm_up,
        server_core=server_core,
        load_core=load_core,
        connections=options.connections,
        upload_bytes=options.upload_mib * 2**20,
        requests=options.requests,
    )


def run_gate(options: argparse.Namespace) -> int:
    if not options.no_install and sys.platform == "linux":
        machine.install(sorted(set(gate.NEEDS.values())))
    return gate.run(options.gate, options.update, lambda: chosen_settings(options))


def main() -> int:
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    if options.quick:
        options.rounds, options.seconds = 1, 2

    if options.gate:
        return run_gate(options)
    if options.charts and not (options.scenario or options.allocations or options.instructions):
        charts.refresh()
        return 0

    scenarios = [SCENARIOS[name] for name in chosen_scenarios(options)]
    kinds = {scenario.kind for scenario in scenarios}
    wanted = [PROFILED[name] for name in chosen_servers(options, scenarios)]
    if not wanted and not kinds <= OWN_PROGRAMS.keys():
        log("none of these servers can be measured in these scenarios")
        return 2

    programs = {program for server in wanted for program in server.needs}
    programs |= {scenario.load for scenario in scenarios if scenario.kind == "load"}
    programs |= {program for kind in kinds & OWN_PROGRAMS.keys() for program in OWN_PROGRAMS[kind][1]}
    programs |= {"gcc"} if "allocations" in kinds else set()
    if options.profile:
        programs |= {"valgrind" if options.profiler == "callgrind" else "perf"}
    elif "instructions" in kinds:
        programs |= {"valgrind"}
    if not options.no_install:
        machine.install(sorted(programs))

    settings = chosen_settings(options)
    servers, missing = build(wanted)
    if not servers and wanted:
        return 1

    if options.profile:
        load = next((scenario for scenario in scenarios if scenario.kind in ("load", "count")), SCENARIOS["browser"])
        print(counting.profile(servers[0], load, settings, options.profiler, options.lines, options.inclusive))
        return 0

    began = time.monotonic()
    status = measure_all(options, scenarios, servers, missing, settings)
    log(f"that took {(time.monotonic() - began) / 60:.0f} minutes")
    if options.charts:
        charts.refresh()
    return status


def measure_all(options, scenarios, servers, missing, settings: Settings) -> int:
    native = [server for server in servers if server.name not in UPLOAD_ONLY and server.malloc]
    hello = [server for server in servers if server.name not in UPLOAD_ONLY | COUNTED_ONLY]
    keeper = Keeper(options.output, is_trial=bool(options.quick or options.only), facts=facts(settings))

    loads = [scenario for scenario in scenarios if scenario.kind == "load"]
    results = throughput.measure(loads, hello, settings)
    for scenario in scenarios:
        watch = machine.Watch()
        try:
            found = measure(scenario, servers, hello, native, results, settings)
        except (Failure, Unavailable) as failure:
            keeper.refuse(scenario.title, str(failure))
            continue
        for section in found:
            if scenario.kind != "load":
                section.other_load = watch.other_load()
            section.origin = origin(section, settings)
            if scenario.kind not in OWN_PROGRAMS:
                section.notes += not_measured(missing)
        if loads and scenario is loads[0]:
            found[0].notes += throughput.notes(hello, results)
        for section in found:
            keeper.take(section)

    keeper.finish()
    return 0 if not results.failures else 1


def measure(scenario: Scenario, servers, hello, native, results: throughput.Results, settings: Settings) -> list[Section]:
    """The tables of one scenario. Those of kind "load" have been measured together."""
    if scenario.kind in OWN_PROGRAMS:
        take, _ = OWN_PROGRAMS[scenario.kind]
        return take(scenario, settings)
    if scenario.kind == "load":
        return [throughput.section(scenario, hello, results, settings)]
    if scenario.kind == "connections":
        return [connections.measure(scenario, hello, settings)]
    if scenario.kind == "upload":
        return [upload.measure(scenario, [server for server in servers if server.upload], settings)]
    if scenario.kind == "allocations":
        return [counting.allocations(scenario, native, settings)]
    return [counting.instructions(scenario, native, settings)]


def origin(section: Section, settings: Settings) -> str:
    """The line of a table that says how it came about."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    command = shlex.join(["script/bench", *without_output(sys.argv[1:])])
    rounds = f"{settings.rounds} round{'s' if settings.rounds > 1 else ''} of {settings.seconds} s"
    return (
        f"Measured on {now} on {machine.cpu_model()} by `{command}` ({rounds} after {settings.warm_up} s to warm up, where times are measured); "
        f"meanwhile others kept {section.other_load:.2f} cores busy."
    )


def without_output(words: list[str]) -> list[str]:
    """Where the results went is nobody's business who reads them."""
    kept, skip = [], False
    for word in words:
        if not skip and not word.startswith("--output"):
            kept.append(word)
        skip = word == "--output"
    return kept


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        log(str(failure))
        sys.exit(1)
    except KeyboardInterrupt:
        log("interrupted")
        sys.exit(130)
