"""Scenario "websocket": CPU time of an echo, for messages of three sizes, with compression and without."""

from __future__ import annotations

import json
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from .report import Section
from .rounds import notes, sample
from .running import Failure, ServerProcess, run
from .samples import Samples
from .scenarios import Scenario
from .servers import (
    PEERS, SCRATCH, GoServer, NodeServer, Server, SwiftServer, Unavailable, _build, _require, anchor_column, build,
    build_go, compile_c, not_measured,
)  # fmt: skip
from .settings import Settings

ANCHORS = {False: "libwebsockets", True: "gorilla"}
"""The servers that ratios refer to, without compression and with it."""

NEEDS = {"gcc", "go", "node", "gorilla", "ws", "libwebsockets"}

OFFER = "permessage-deflate; client_no_context_takeover; server_no_context_takeover"
"""What every peer can do: the frame that is sent is compressed once, and valid again and again."""


@dataclass(frozen=True)
class Message:
    title: str
    size: int
    connections: int = 64

    def text(self) -> bytes:
        """JSON, as applications send it; it shrinks to a fifth or so when it is long."""
        number, text = 0, b""
        while len(text) < self.size:
            text += json.dumps({"id": number, "name": f"user-{number * 7919 % 1000}", "text": "Hello, world!"}).encode()
            number += 1
        return text[: self.size]


MESSAGES = (Message("16 B", 16), Message("1 KiB", 2**10), Message("64 KiB", 2**16, 16))


@dataclass(frozen=True)
class GoWebSocket(GoServer):
    needs: tuple[str, ...] = ("go", "gorilla")

    def build(self) -> None:
        build_go("websocket.go", "websocket-go", path="/usr/share/gocode")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "websocket-go"), str(port)]


@dataclass(frozen=True)
class NodeWebSocket(NodeServer):
    needs: tuple[str, ...] = ("node", "ws")

    def build(self) -> None:
        if not Path("/usr/share/nodejs/ws").exists():
            raise Unavailable("ws is not installed")

    def command(self, port: int) -> list[str]:
        return ["env", "NODE_PATH=/usr/share/nodejs", _require("node"), str(PEERS / "websocket.js"), str(port)]


@dataclass(frozen=True)
class PythonWebSocket(Server):
    def build(self) -> None:
        environment = SCRATCH / "python"
        if not (environment / "bin/python").exists():
            _build([sys.executable, "-m", "venv", str(environment)], "a virtual environment")
        _build([str(environment / "bin/python"), "-m", "pip", "install", "--quiet", "websockets"], "websockets")

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "python/bin/python"), str(PEERS / "websocket.py"), str(port)]


@dataclass(frozen=True)
class LibWebSockets(Server):
    needs: tuple[str, ...] = ("gcc", "libwebsockets")

    def build(self) -> None:
        compile_c("peers/websocket.c", "websocket-c", libraries=("-lwebsockets",))

    def command(self, port: int) -> list[str]:
        return [str(SCRATCH / "websocket-c"), str(port)]


SERVERS: tuple[Server, ...] = (
    SwiftServer("martlet-websocket", "Martlet"),
    SwiftServer("nio-websocket", "NIOWebSocket (SwiftNIO's frames)"),
    LibWebSockets("libwebsockets", "libwebsockets (C)"),
    GoWebSocket("gorilla", "gorilla/websocket (Go)"),
    NodeWebSocket("ws", "Node's ws", once=True),
    PythonWebSocket("websockets", "Python's websockets", once=True),
)

WITHOUT_COMPRESSION = {"nio-websocket", "libwebsockets"}


def measure(scenario: Scenario, settings: Settings) -> list[Section]:
    servers, missing = build(list(SERVERS))
    load = compile_c("tools/websocket_load.c", "websocket-load", "-D_GNU_SOURCE")
    sections = []
    for is_compressed, title in ((False, "plain"), (True, "compressed")):
        able = [server for server in servers if not is_compressed or server.name not in WITHOUT_COMPRESSION]
        sections.append(_section(f"{scenario.title}, {title}", able, load, is_compressed, settings))
        sections[-1].notes += notes(able, settings) + not_measured(missing)
    return sections


def _section(title: str, servers: list[Server], load: Path, is_compressed: bool, settings: Settings) -> Section:
    anchor = ANCHORS[is_compressed]
    ratio = anchor_column(servers, anchor)
    table = Section(title, ["message", "server", "µs CPU/message", ratio, "least–most µs", "messages/s", "peak RSS MiB"])
    for message in MESSAGES:

        def take(server: Server, samples: Samples) -> str:
            return _sample(server, message, load, is_compressed, settings, samples)

        samples = sample(f"{title}, {message.title}", servers, settings, take)
        for server in servers:
            table.rows.append([message.title, server.title, *samples[server.name].cells(samples.get(anchor))])
    return table


def _sample(server: Server, message: Message, load: Path, is_compressed: bool, settings: Settings, samples: Samples) -> str:
    text = message.text()
    payload, echo = SCRATCH / "websocket-payload", SCRATCH / "websocket-echo"
    echo.write_bytes(text)
    payload.write_bytes(_deflated(text) if is_compressed else text)
    with ServerProcess(server, settings.server_core, SCRATCH) as process:
        command = [str(load), str(process.port), str(message.connections)]
        rest = ["1", str(payload), str(echo)] + ([OFFER] if is_compressed else [])
        run([*command, str(settings.warm_up), *rest], settings.load_core, timeout=settings.warm_up + 30)
        before = process.cpu_seconds()
        output = run([*command, str(settings.seconds), *rest], settings.load_core, timeout=settings.seconds + 30)
        spent = process.cpu_seconds() - before
        process.check_alive()
        counts = json.loads(output.strip().splitlines()[-1])
        if counts["messages"] == 0:
            raise Failure("no message came back")
        samples.cpu.append(spent / counts["messages"] * 1e6)
        samples.rate.append(counts["messages"] / counts["seconds"])
        samples.peak.append(process.peak_rss())
    return f"{samples.cpu[-1]:.2f} µs CPU/message, {samples.rate[-1]:,.0f} messages/s"


def _deflated(text: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    # Without the empty block that the flush ends with (RFC 7692 section 7.2.1).
    return (deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
