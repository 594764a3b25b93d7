"""The machine: its cores, what is installed, and what versions of it."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import resource
import shutil
import subprocess
import time
from pathlib import Path

DEBIAN_PACKAGES = {
    "wrk": ("wrk",),
    "nginx": ("nginx-light",),
    "go": ("golang-go",),
    "node": ("nodejs",),
    "cargo": ("cargo",),
    "hyper": ("librust-hyper-dev",),
    "tokio": ("librust-tokio-dev",),
    "gcc": ("gcc", "libc6-dev", "binutils"),
    "libcurl": ("libcurl4-openssl-dev",),
    "h2load": ("nghttp2-client",),
    "gorilla": ("golang-github-gorilla-websocket-dev",),
    "ws": ("node-ws",),
    "libwebsockets": ("libwebsockets-dev",),
    "h2o": ("h2o",),
    "x/net": ("golang-golang-x-net-dev",),
    "openssl": ("openssl",),
    "curl": ("curl",),
    "valgrind": ("valgrind",),
    "perf": ("linux-perf",),
}

LIBRARIES = {
    "libcurl": "include/**/curl/curl.h",
    "libwebsockets": "include/**/libwebsockets.h",
    "gorilla": "share/gocode/src/github.com/gorilla/websocket",
    "ws": "share/nodejs/ws",
    "hyper": "share/cargo/registry/hyper-0.14.*",
    "tokio": "share/cargo/registry/tokio-1.*",
    "x/net": "share/gocode/src/golang.org/x/net/http2",
}
"""What is no program: a file or folder of it, under /usr."""


def log(message: str) -> None:
    print(f"bench: {message}", flush=True)


def find(program: str) -> str | None:
    if program in LIBRARIES:
        return next((str(path) for path in Path("/usr").glob(LIBRARIES[program])), None)
    path = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
    return shutil.which(program, path=path)


def install(programs: list[str]) -> None:
    """Installs what is missing where that is possible, or says what is missing."""
    missing = [program for program in programs if not find(program)]
    if not missing:
        return
    debian = Path("/etc/debian_version").exists() and find("apt-get")
    if not debian or os.geteuid() != 0:
        log(f"not installed: {', '.join(missing)} (installed only as root on Debian); going on without")
        return
    packages = [package for program in missing for package in DEBIAN_PACKAGES[program]]
    log(f"installing {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_service_starts():
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "-q", *command],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=900,
            )
            if done.returncode != 0:
                log(f"apt-get {command[0]} failed: {(done.stdout.strip().splitlines() or [''])[-1]}")
    still = [program for program in missing if not find(program)]
    if still:
        log(f"not installed: {', '.join(still)}; going on without")


@contextlib.contextmanager
def _no_service_starts():
    """Debian starts a service that it installs, nginx on port 80; not here."""
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            policy.unlink()


def choose_cores(server: int | None, load: int | None) -> tuple[int, int]:
    """One core for the server and another one for the load."""
    cores = sorted(os.sched_getaffinity(0))
    if server is None:
        server = next((core for core in cores if core != load), cores[0])
    if load is None:
        load = next((core for core in reversed(cores) if core != server), server)
    if server == load:
        log("only one core: the load runs on the server's core; rates mean little, CPU times some more")
    return server, load


class BusyClock:
    """CPU seconds that the whole machine has spent, steal included."""

    tick = os.sysconf("SC_CLK_TCK")

    @classmethod
    def now(cls) -> float:
        with open("/proc/stat") as stat:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / cls.tick


class Watch:
    """Tells how many cores others have kept busy since it was made. Programs of ours count when they have ended."""

    def __init__(self) -> None:
        self._others, self._began = self._spent_by_others(), time.monotonic()

    def other_load(self) -> float:
        return max(0.0, (self._spent_by_others() - self._others) / (time.monotonic() - self._began))

    @staticmethod
    def _spent_by_others() -> float:
        ours = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return BusyClock.now() - sum(usage.ru_utime + usage.ru_stime for usage in ours)


def cpu_model() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def description() -> list[tuple[str, str]]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = ""
    with contextlib.suppress(OSError):
        release = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return [
        ("CPU", cpu_model()),
        ("Cores", str(os.cpu_count())),
        ("Memory", f"{memory:.0f} GiB"),
        ("System", release or platform.system()),
        ("Kernel", platform.release()),
    ]


VERSION_COMMANDS = {
    "swift": ("Swift", ["swift", "--version"], r"Swift version (\S+)"),
    "gcc": ("gcc", ["gcc", "-dumpfullversion"], r"(\S+)"),
    "nginx": ("nginx", ["nginx", "-v"], r"nginx/(\S+)"),
    "go": ("Go", ["go", "version"], r"go(\d\S*)"),
    "cargo": ("Rust", ["rustc", "--version"], r"rustc (\S+)"),
    "node": ("Node", ["node", "--version"], r"v(\S+)"),
    "curl": ("curl", ["curl", "--version"], r"curl (\S+)"),
    "wrk": ("wrk", ["wrk", "-v"], r"wrk (?:debian/)?(\S+)"),
    "h2o": ("h2o", ["h2o", "--version"], r"h2o version (\S+)"),
    "h2load": ("h2load", ["h2load", "--version"], r"nghttp2/(\S+)"),
    "valgrind": ("valgrind", ["valgrind", "--version"], r"valgrind-(\S+)"),
}


def program_version(program: str) -> tuple[str, str] | None:
    title, command, pattern = VERSION_COMMANDS[program]
    path = find(command[0])
    if not path:
        return None
    try:
        done = subprocess.run(
            [path, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(pattern, done.stdout)
    return (title, match.group(1)) if match else None
