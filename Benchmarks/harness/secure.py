"""Scenarios "tls" and "http2": CPU time of handshakes, and of requests over TLS and over HTTP/2."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from .client import BODY
from .report import Section
from .rounds import notes, sample
from .running import Failure, ServerProcess, run
from .samples import Samples
from .scenarios import Scenario
from .servers import (
    ROOT, SCRATCH, Server, _build, _require, anchor_column, build, build_go, build_swift, filled, nginx, not_measured,
)  # fmt: skip
from .settings import Settings

NEEDS = {"nginx", "h2o", "go", "x/net", "h2load", "openssl", "curl"}

CERTIFICATE, KEY = SCRATCH / "certificate.pem", SCRATCH / "key.pem"


@dataclass(frozen=True)
class SecureServer(Server):
    """A server that takes `PORT` for HTTP/2 with prior knowledge, `PORT CERTIFICATE KEY` for TLS."""

    is_secure: bool = False

    def files(self) -> list[str]:
        return [str(CERTIFICATE), str(KEY)] if self.is_secure else []


@dataclass(frozen=True)
class Swift(SecureServer):
    def build(self) -> None:
        build_swift(self.name)

    def command(self, port: int) -> list[str]:
        return [str(ROOT / ".build/release" / self.name), str(port), *self.files()]


@dataclass(frozen=True)
class Go(SecureServer):
    def build(self) -> None:
        build_go("secure.go", "secure-go", path="/usr/share/gocode")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "secure-go"), str(port), *self.files()]


@dataclass(frozen=True)
class Nginx(SecureServer):
    def build(self) -> None:
        _require("nginx")

    def command(self, port: int) -> list[str]:
        tls = "ssl" if self.is_secure else ""
        return nginx("nginx-secure.conf", PORT=port, TLS=tls, CERTIFICATE=CERTIFICATE, KEY=KEY)


@dataclass(frozen=True)
class H2O(SecureServer):
    def build(self) -> None:
        _require("h2o")

    def command(self, port: int) -> list[str]:
        files = SCRATCH / "h2o-files"
        files.mkdir(exist_ok=True)
        # h2o 2.2 has no canned answers but with mruby, which costs more than a file.
        (files / "index.txt").write_bytes(BODY)
        tls = f"ssl:\n    certificate-file: {CERTIFICATE}\n    key-file: {KEY}" if self.is_secure else ""
        return [_require("h2o"), "-m", "worker", "-c", filled("h2o.conf", PORT=port, TLS=tls, FILES=files)]


SERVERS: tuple[SecureServer, ...] = (
    Swift("martlet-secure", "Martlet"),
    Swift("nio-http2", "NIOHTTP2 (SwiftNIO's handlers)"),
    Nginx("nginx", "nginx (`return 200`)"),
    H2O("h2o", "h2o (a file)"),
    Go("go", "Go (net/http)"),
    Swift("hummingbird-secure", "Hummingbird", once=True),
)


@dataclass(frozen=True)
class Table:
    scenario: str
    title: str
    anchor: str  # the server that ratios refer to
    load: Callable[[int, float, int], int]
    """What puts load on a port, for so many seconds, from a core; returns what it got done."""
    unit: str = "request"
    is_secure: bool = True
    without: frozenset[str] = frozenset()


def _h2load(*options: str) -> Callable[[int, float, int], int]:
    def load(port: int, seconds: float, core: int) -> int:
        secure = "http" if "--plain" in options else "https"
        arguments = [option for option in options if option != "--plain"]
        url = f"{secure}://127.0.0.1:{port}/"
        output = run([_require("h2load"), "-D", str(seconds), *arguments, url], core, timeout=seconds + 30)
        found = re.search(r"requests: .* (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", output)
        if not found:
            raise Failure("h2load reported nothing")
        done, succeeded, failed, errored, timeout = map(int, found.groups())
        # What is under way at the end counts as done by some versions and not by others.
        if failed or errored or timeout or succeeded == 0:
            raise Failure(f"errors: {failed} failed, {errored} errored, {timeout} timed out")
        return succeeded

    return load


def _handshakes(port: int, seconds: float, core: int) -> int:
    """New TLS 1.3 connections without a request, one after the other."""
    output = run(
        [
            _require("openssl"), "s_time", "-new", "-tls1_3", "-connect", f"127.0.0.1:{port}",
            "-time", str(max(1, round(seconds))),
        ],
        core,
        timeout=seconds + 30,
    )  # fmt: skip
    found = re.search(r"(\d+) connections in \d+ real seconds", output)
    if not found:
        raise Failure("openssl reported nothing")
    return int(found.group(1))


TABLES = (
    Table(
        "tls",
        "TLS: new connections (TLS 1.3, P-256)",
        "nginx",
        _handshakes,
        unit="connection",
        without=frozenset({"nio-http2"}),  # speaks no HTTP/1
    ),
    Table(
        "tls",
        "TLS: requests over HTTP/1.1 on 64 connections",
        "nginx",
        _h2load("--h1", "-c64", "-m1"),
        without=frozenset({"nio-http2"}),
    ),
    Table("http2", "HTTP/2: 16 connections, 32 requests at once on each", "h2o", _h2load("--plain", "-c16", "-m32"), is_secure=False),
    Table("http2", "HTTP/2 over TLS: 16 connections, 32 requests at once on each", "h2o", _h2load("-c16", "-m32")),
)


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    servers, missing = ready()
    sections = []
    for table in TABLES:
        if table.scenario != scenario.name:
            continue
        able = [replace(server, is_secure=table.is_secure) for server in servers if server.name not in table.without]
        sections.append(_section(table, able, settings))
        sections[-1].notes += notes(able, settings) + not_measured(missing)
    return sections


def ready(without: frozenset[str] = frozenset()) -> tuple[list[SecureServer], list[tuple[Server, str]]]:
    """The servers, built, over TLS; and why others are not among them."""
    servers, missing = build([server for server in SERVERS if server.name not in without])
    _make_certificate()
    return [replace(server, is_secure=True) for server in servers], missing


def _section(table: Table, servers: list[SecureServer], settings: Settings) -> Section:
    unit = table.unit
    section = Section(
        table.title,
        ["server", f"µs CPU/{unit}", anchor_column(servers, table.anchor), "least–most µs", f"{unit}s/s", "peak RSS MiB"],
    )
    samples = sample(table.title, servers, settings, lambda server, own: _sample(table, server, settings, own))
    for server in servers:
        section.rows.append([server.title, *samples[server.name].cells(samples.get(table.anchor))])
    return section


def _sample(table: Table, server: SecureServer, settings: Settings, samples: Samples) -> str:
    with ServerProcess(server, settings.server_core, SCRATCH) as process:
        _verify(process.port, server.is_secure, is_http2=table.scenario == "http2")
        table.load(process.port, settings.warm_up, settings.load_core)
        before = process.cpu_seconds()
        count = table.load(process.port, settings.seconds, settings.load_core)
        spent = process.cpu_seconds() - before
        process.check_alive()
        samples.cpu.append(spent / count * 1e6)
        samples.rate.append(count / settings.seconds)
        samples.peak.append(process.peak_rss())
    return f"{samples.cpu[-1]:.2f} µs CPU/{table.unit}, {samples.rate[-1]:,.0f} {table.unit}s/s"


def _verify(port: int, is_secure: bool, is_http2: bool) -> None:
    """Insists on the answer that all servers must give, in the version that is measured."""
    version = ["--http2" if is_secure else "--http2-prior-knowledge"] if is_http2 else ["--http1.1"]
    secure = "https" if is_secure else "http"
    output = run(
        [
            _require("curl"), "--silent", "--insecure", *version, "--write-out", "\\n%{http_code} %{http_version}",
            f"{secure}://127.0.0.1:{port}/",
        ],
        None,
        timeout=30,
    )  # fmt: skip
    body, _, facts = output.rpartition("\n")
    if body.encode() != BODY or facts != f"200 {'2' if is_http2 else '1.1'}":
        raise Failure(f"answered {body[:40]!r} {facts}")


def _make_certificate() -> None:
    if CERTIFICATE.exists():
        return
    _build(
        [
            _require("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "365", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", str(KEY), "-out", str(CERTIFICATE),
        ],
        "a certificate",
    )  # fmt: skip
