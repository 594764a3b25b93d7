"""What is measured, as data. A new table is a new entry in SCENARIOS.

A scenario of kind "load" is a request that a load generator sends as fast as it
can; `load` names the generator (harness/load.py has the list) and `protocol` what
a server must speak to take part. One of kind "count" is counted and profiled, but
not timed. The other kinds are measurements of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

BROWSER_FIELDS = (
    ("Connection", "keep-alive"),
    ("Cache-Control", "max-age=0"),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Linux"'),
    ("Upgrade-Insecure-Requests", "1"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                   "Chrome/130.0.0.0 Safari/537.36"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Accept-Language", "en-GB,en;q=0.9,de;q=0.8"),
    ("Cookie", "session=8f14e45fceea167a5a36dedd4bea2543; theme=dark"),
)
"""With Host, thirteen fields."""


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    kind: str = "load"
    fields: tuple[tuple[str, str], ...] = ()
    depth: int = 1  # requests that are sent at once on a connection
    connections: int = 64
    protocol: str = "http/1.1"
    path: str = "/"
    load: str = "wrk"
    anchor: str = "hyper"  # the server that ratios refer to

    def request(self, port: int) -> bytes:
        """The bytes of one request."""
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
        lines += [f"{name}: {value}" for name, value in self.fields]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("plain", "Plain request"),
        Scenario("browser", "Browser-like request (13 header fields)", fields=BROWSER_FIELDS),
        # hyper and nginx answer pipelined requests one by one; the floor does not.
        Scenario("pipelined", "16 pipelined requests", depth=16, anchor="raw-nio"),
        Scenario("http2-one", "HTTP/2, one at a time", kind="count", fields=BROWSER_FIELDS[1:], protocol="h2c"),
        Scenario("http2-many", "HTTP/2, 16 at once", kind="count", fields=BROWSER_FIELDS[1:], depth=16, protocol="h2c"),
        Scenario("start", "From the start to the first answer", kind="start"),
        Scenario("connections", "Idle connections", kind="connections"),
        Scenario("tls-connections", "Idle TLS connections", kind="tls-connections"),
        Scenario("upload", "Chunked upload", kind="upload"),
        Scenario("clients", "Clients", kind="clients"),
        Scenario("files", "Files", kind="files"),
        Scenario("routes", "Routes", kind="routes"),
        Scenario("websocket", "WebSocket echo", kind="websocket"),
        Scenario("tls", "TLS", kind="secure"),
        Scenario("http2", "HTTP/2", kind="secure"),
        Scenario("release-flags", "Flags of release builds", kind="release-flags"),
        Scenario("allocations", "Allocations per request", kind="allocations"),
        Scenario("instructions", "Instructions per request", kind="instructions"),
    )
}

DEFAULT = ("plain", "browser", "pipelined")
"""The load scenarios that a run measures when it is not told what to measure."""

COUNTED = (*DEFAULT, "http2-one", "http2-many")
"""The requests whose allocations and instructions are counted."""
