"""The servers, as data, and how each kind of them is built and started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .machine import find, log

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / ".build-bench"
PEERS = ROOT / "peers"


class Unavailable(Exception):
    """This server cannot be measured here; the text says why."""


def _require(program: str) -> str:
    path = find(program)
    if not path:
        raise Unavailable(f"{program} is not installed")
    return path


def _build(argv: list[str], what: str, **options) -> None:
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if "error:" in line] or done.stdout.splitlines()[-3:]
        for line in errors[:20]:
            log(f"  {line}")
        raise Unavailable(f"{what} does not build")


@dataclass(frozen=True)
class Server:
    """A program to measure. Its title is a name, and what there is to say about it in brackets."""

    name: str
    title: str
    needs: tuple[str, ...] = ()
    protocols: frozenset[str] = frozenset({"http/1.1"})
    malloc: bool = False  # whether its allocations go through malloc
    upload: bool = False  # whether `POST /` reads the whole body before it answers
    once: bool = False  # far away, and there for comparison: measured in the first round only

    def build(self) -> None:
        raise NotImplementedError

    def command(self, port: int) -> list[str]:
        raise NotImplementedError


@dataclass(frozen=True)
class SwiftServer(Server):
    malloc: bool = True

    def build(self) -> None:
        build_swift(self.name)

    def command(self, port: int) -> list[str]:
        return [str(ROOT / ".build/release" / self.name), str(port)]


@dataclass(frozen=True)
class CServer(Server):
    needs: tuple[str, ...] = ("gcc",)
    malloc: bool = True

    def build(self) -> None:
        compile_c("peers/hello.c", "hello-c")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "hello-c"), str(port)]


@dataclass(frozen=True)
class GoServer(Server):
    needs: tuple[str, ...] = ("go",)

    def build(self) -> None:
        build_go("hello.go", "hello-go")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "hello-go"), str(port)]


@dataclass(frozen=True)
class RustServer(Server):
    needs: tuple[str, ...] = ("cargo", "hyper", "tokio")
    malloc: bool = True

    def build(self) -> None:
        build_rust("hello-hyper")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "rust/release/hello-hyper"), str(port)]


@dataclass(frozen=True)
class NodeServer(Server):
    needs: tuple[str, ...] = ("node",)

    def build(self) -> None:
        _require("node")

    def command(self, port: int) -> list[str]:
        return [_require("node"), str(PEERS / "hello.js"), str(port)]


@dataclass(frozen=True)
class NginxServer(Server):
    needs: tuple[str, ...] = ("nginx",)
    malloc: bool = True

    def build(self) -> None:
        _require("nginx")

    def command(self, port: int) -> list[str]:
        return nginx("nginx.conf", PORT=port)


SERVERS: dict[str, Server] = {
    server.name: server
    for server in (
        CServer("c-epoll", "epoll loop (C, canned answer)", once=True),
        SwiftServer("raw-nio", "raw NIO (one handler, canned answer)"),
        SwiftServer("martlet-hello", "Martlet"),
        SwiftServer("martlet-secure", "Martlet (HTTP/2)", protocols=frozenset({"h2c"})),
        SwiftServer("martlet-drain", "Martlet (reading the body)", upload=True),
        NginxServer("nginx", "nginx (`return 200`)", upload=True),
        SwiftServer("nio-http1", "NIOHTTP1 (SwiftNIO's pipeline)", upload=True),
        GoServer("go", "Go (net/http)", upload=True),
        RustServer("hyper", "hyper (Rust)", upload=True),
        NodeServer("node", "Node (http)", upload=True, once=True),
        SwiftServer("hummingbird", "Hummingbird", upload=True, once=True),
    )
}

UPLOAD_ONLY = frozenset({"martlet-drain"})
"""Servers that take part in uploads and in nothing else."""

COUNTED_ONLY = frozenset({"martlet-secure"})
"""Servers whose allocations and instructions are counted here; harness/secure.py measures their times."""


def anchor_column(servers: list, anchor: str) -> str:
    """The header of the ratios to a server: its name as its row has it."""
    title = next((server.title for server in servers if server.name == anchor), anchor)
    return f"× {title.partition(' (')[0]}"


def filled(name: str, **values) -> str:
    """A configuration of `peers` with its names in @ replaced, as a file."""
    text = (PEERS / name).read_text()
    for key, value in {"SCRATCH": SCRATCH, **values}.items():
        text = text.replace(f"@{key}@", str(value))
    file = SCRATCH / name
    file.write_text(text)
    return str(file)


def nginx(configuration: str, **values) -> list[str]:
    """The command that runs nginx with a configuration of `peers`."""
    return [_require("nginx"), "-p", str(SCRATCH), "-e", "stderr", "-c", filled(configuration, **values)]


def compile_c(source: str, output: str, *flags: str, libraries: tuple[str, ...] = ()) -> Path:
    gcc = _require("gcc")
    result = SCRATCH / output
    _build([gcc, "-O2", "-Wall", "-Wextra", *flags, "-o", str(result), str(ROOT / source), *libraries], source)
    return result


def build_go(source: str, output: str, path: str = "") -> None:
    """Builds a program, with the packages that Debian has put under `path`."""
    environment = {**os.environ, "CGO_ENABLED": "0", "GOCACHE": str(SCRATCH / "go"), "GO111MODULE": "off", "GOPATH": path}
    _build([_require("go"), "build", "-o", str(SCRATCH / output), str(PEERS / source)], source, env=environment)


def build_rust(name: str) -> None:
    """Builds a program of `peers` with the crates that Debian has, and without the network."""
    cargo, crates = _require("cargo"), Path(_require("hyper")).parent
    if crates != Path(_require("tokio")).parent:
        raise Unavailable("hyper and tokio are in different places")
    # Cargo writes a lock beside the program, of versions that another Debian does not have.
    program = SCRATCH / name
    shutil.copytree(PEERS / name, program, dirs_exist_ok=True)
    (program / "Cargo.lock").unlink(missing_ok=True)
    settings = ('source.crates-io.replace-with="debian"', f'source.debian.directory="{crates}"')
    _build(
        [
            cargo, "build", "--release", "--offline", "--target-dir", str(SCRATCH / "rust"),
            *(word for setting in settings for word in ("--config", setting)),
        ],
        name,
        cwd=program,
    )  # fmt: skip


_planned: set[Path] = set()
"""Plans of builds that were made in this run."""


def build_swift(product: str, package: Path = ROOT, scratch: str = ".build", flags: tuple[str, ...] = ()) -> None:
    swift = _require("swift")
    plan = package / scratch / "release.yaml"
    if package == ROOT and plan not in _planned:
        # SwiftPM does not look for files that were added to a package it depends on by path; without its plan of the
        # last run's builds it does.
        plan.unlink(missing_ok=True)
        _planned.add(plan)
    _build(
        [
            swift, "build", "-c", "release", "--package-path", str(package), "--scratch-path", str(package / scratch),
            "--product", product, *flags,
        ],
        product,
    )  # fmt: skip


def build(servers: list) -> tuple[list, list[tuple[Server, str]]]:
    """Builds servers, or clients; returns those that can run, and why the others cannot."""
    SCRATCH.mkdir(exist_ok=True)
    ready, missing = [], []
    for server in servers:
        log(f"building {server.name}")
        try:
            server.build()
            ready.append(server)
        except Unavailable as reason:
            log(f"{server.name} is left out: {reason}")
            missing.append((server, str(reason)))
    return ready, missing


def not_measured(missing: list[tuple[Server, str]]) -> list[str]:
    """The notes on those that cannot run."""
    return [f"Not measured: {server.title} ({reason})." for server, reason in missing]


def swift_package_versions() -> list[tuple[str, str]]:
    """What SwiftPM resolved of the packages that a reader will want to know."""
    wanted = {"swift-nio": "SwiftNIO", "hummingbird": "Hummingbird", "async-http-client": "AsyncHTTPClient", "swift-http-types": "swift-http-types"}
    versions = resolved_versions(ROOT)
    return [(title, versions[name]) for name, title in wanted.items() if name in versions]


def resolved_versions(package: Path) -> dict[str, str]:
    """The versions of a package's dependencies, by their identities."""
    try:
        pins = json.loads((package / "Package.resolved").read_text())["pins"]
    except (OSError, ValueError, KeyError):
        return {}
    return {pin["identity"]: pin["state"].get("version", "?") for pin in pins}
