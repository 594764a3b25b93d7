"""Charts of the tables in RESULTS.md, and the places of the documentation that show charts and tables.

RESULTS.md is the only source: whatever is drawn or copied can be made again, and the same figures make the same files.
The drawing itself, in harness/drawing.py, runs in an environment of its own, which has matplotlib.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .keeping import RESULTS
from .machine import log
from .report import Section, sections
from .running import Failure
from .servers import ROOT, SCRATCH

REPOSITORY = ROOT.parent
CHARTS = REPOSITORY / "docs/charts"
DOCUMENTS = ("README.md", "docs/performance.md")
THEMES = ("light", "dark")
WIDTH = 720


def _name(label: str) -> str:
    """A label without its remark in brackets."""
    return label.partition(" (")[0]


@dataclass(frozen=True)
class Chart:
    name: str
    table: str  # how the title of its table begins
    caption: str
    columns: tuple[tuple[str, str], ...]  # a panel for each: the column's header, and the panel's title
    is_grouped: bool = False  # a panel for each value of the first column instead
    only: str = ""  # the name that rows must have; others would make the differences invisible

    def panels(self, table: Section) -> list[dict]:
        """Panels, each with its title and the figures of its rows, by the rows' labels."""
        if not self.is_grouped:
            rows = [row for row in table.rows if not self.only or _name(row[0]) == self.only]
            return [
                {"title": title, "values": _values(table, header, rows, 0), "anchor": _anchor(table, header)}
                for header, title in self.columns
            ]
        (header, _), = self.columns
        return [
            {
                "title": group,
                "values": _values(table, header, [row for row in table.rows if row[0] == group], 1),
                "anchor": _anchor(table, header),
            }
            for group in dict.fromkeys(row[0] for row in table.rows)
        ]


def _one(name: str, table: str, header: str, caption: str) -> Chart:
    return Chart(name, table, caption, ((header, ""),))


TIME = "Processor time of the server for a request, in microseconds"
AT_ONCE = tuple(f"{number} at once" for number in (1, 16, 64))
COUNTED = ("Plain request", "Browser-like request (13 header fields)", "16 pipelined requests")

ALL = (
    _one("plain", "Plain request", "µs CPU/request", TIME),
    _one("browser", "Browser-like request", "µs CPU/request", TIME),
    _one("pipelined", "16 pipelined requests", "µs CPU/request", TIME),
    _one("tls-handshakes", "TLS: new connections", "µs CPU/connection", "Processor time of the server for a connection, in microseconds"),
    _one("tls-requests", "TLS: requests", "µs CPU/request", TIME),
    _one("http2", "HTTP/2: ", "µs CPU/request", TIME),
    _one("http2-tls", "HTTP/2 over TLS: ", "µs CPU/request", TIME),
    Chart("files", "Files", TIME, (("µs CPU/request", ""),), is_grouped=True),
    Chart(
        "websocket", "WebSocket echo, plain", "Processor time of the server for a message, in microseconds",
        (("µs CPU/message", ""),), is_grouped=True,
    ),
    Chart(
        "websocket-compressed", "WebSocket echo, compressed", "Processor time of the server for a message, in microseconds",
        (("µs CPU/message", ""),), is_grouped=True,
    ),
    Chart(
        "clients", "Clients: GET", "Processor time of the client for a response, in microseconds",
        tuple((f"µs CPU, {many}", many) for many in AT_ONCE),
    ),
    Chart(
        "downloads", "Clients: download", "Processor time of the client for a response, in milliseconds",
        tuple((f"ms CPU, {many}", many) for many in AT_ONCE),
    ),
    Chart(
        "start", "From the start", "Milliseconds, and megabytes (MiB) of the program and the libraries that it needs",
        (("ms to the first answer", "ms"), ("with libraries MiB", "MiB")),
    ),
    _one("connections", "Idle connections", "bytes/connection", "Memory of the server for a connection, in bytes"),
    _one("tls-connections", "Idle TLS connections", "bytes/connection", "Memory of the server for a connection, in bytes"),
    Chart(
        "upload", "Chunked upload", "Processor seconds of the server, and its memory at most",
        (("server CPU s", "seconds"), ("peak RSS MiB", "MiB")),
    ),
    Chart("allocations", "Allocations", "Calls of malloc in the server for a request", tuple((load, _name(load).lower()) for load in COUNTED)),
    Chart("instructions", "Instructions", "Instructions of the server in user mode for a request", tuple((load, _name(load).lower()) for load in COUNTED)),
    Chart(
        "release-flags", "Flags of release builds",
        "Processor time of the server for a request, in microseconds; its instructions in user mode",
        (
            ("µs CPU, plain", "plain request"),
            ("µs CPU, browser-like", "browser-like request"),
            ("instructions, browser-like", "its instructions"),
        ),
        only="Martlet",
    ),
)  # fmt: skip


def refresh(results: Path = RESULTS, charts: Path = CHARTS, documents: tuple[str, ...] = DOCUMENTS) -> None:
    """Draws every chart whose table has been measured, and renews what the documents show of the tables."""
    tables = sections(results.read_text())
    found = {chart.name: (chart, table) for chart in ALL if (table := _table(chart, tables))}
    charts.mkdir(parents=True, exist_ok=True)
    drawings = [
        {**description, "theme": theme, "file": str(charts / f"{name}-{theme}.svg"), "width": WIDTH}
        for name, (chart, table) in found.items()
        if (description := _description(chart, table))
        for theme in THEMES
    ]
    _draw(drawings)
    for document in documents:
        _renew(REPOSITORY / document, found)
    log(f"drew {len(drawings)} charts in {charts}, and renewed {', '.join(documents)}")
    for chart in ALL:
        if chart.name not in found:
            log(f"  no chart {chart.name}: RESULTS.md has no such table")


def _table(chart: Chart, tables: list[Section]) -> Section | None:
    return next((table for table in tables if table.title.startswith(chart.table) and table.is_valid()), None)


def _number(cell: str) -> float | None:
    """The number that a cell begins with."""
    match = re.match(r"[\d,]*\.?\d+", cell)
    return float(match.group().replace(",", "")) if match else None


def _values(table: Section, header: str, rows: list[list[str]], label: int) -> dict[str, float]:
    if header not in table.columns:
        return {}
    column = table.columns.index(header)
    numbers = {row[label]: _number(row[column]) for row in rows if len(row) > column}
    return {name: number for name, number in numbers.items() if number is not None}


def _anchor(table: Section, header: str) -> str | None:
    """The label of the row that the ratios after a column refer to."""
    if header not in table.columns:
        return None
    following = table.columns[table.columns.index(header) + 1 :][:1]
    if not following or not following[0].startswith("× "):
        return None
    name = following[0].removeprefix("× ")
    labels = [row[1] if table.columns[1] == "server" else row[0] for row in table.rows]
    return next((label for label in labels if _name(label) == name), None)


def _description(chart: Chart, table: Section) -> dict | None:
    """What is to be drawn, for harness/drawing.py."""
    panels = [panel for panel in chart.panels(table) if panel["values"]]
    if not panels:
        return None
    labels = dict.fromkeys(label for panel in panels for label in panel["values"])
    anchor = panels[0]["anchor"]
    return {
        "title": table.title,
        "caption": f"{chart.caption}. Shorter is better.",
        "footer": " · ".join(filter(None, [_place(table), f"Dashed line: {_name(anchor)}" if anchor else None])),
        "rows": [
            {
                "label": label,
                "name": _name(label),
                "detail": label.partition(" (")[2].removesuffix(")").replace("`", ""),
                "is_ours": _name(label) == "Martlet",
            }
            for label in labels
        ],
        "panels": panels,
    }


def _place(table: Section) -> str:
    """When and on what the table was measured."""
    match = re.match(r"Measured on (\d{4}-\d\d-\d\d)\b.*? on (.+?) by `", table.origin)
    return f"Measured on {match.group(1)} on {match.group(2)}" if match else ""


def _draw(drawings: list[dict]) -> None:
    done = subprocess.run(
        [_python(), "-B", str(ROOT / "harness/drawing.py")], input=json.dumps(drawings), text=True, stderr=subprocess.PIPE
    )
    if done.returncode != 0:
        raise Failure(f"the charts can't be drawn: {(done.stderr.strip().splitlines() or ['no output'])[-1]}")


def _python() -> str:
    """A Python that has what charts need; installed when that has changed."""
    needed, environment = ROOT / "charts.txt", SCRATCH / "charts"
    python, installed = environment / "bin/python", environment / "installed.txt"
    if not installed.exists() or installed.read_text() != needed.read_text():
        log("installing matplotlib for the charts")
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(environment)],
            [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(needed)],
        ):
            if subprocess.run(command).returncode != 0:
                raise Failure("the charts can't be drawn: matplotlib could not be installed")
        installed.write_text(needed.read_text())
    return str(python)


# Documents


def _renew(document: Path, found: dict[str, tuple[Chart, Section]]) -> None:
    """Renews what stands between `<!-- chart: NAME -->`, or `table`, and `<!-- end -->`; nothing, if it is not measured."""

    def content(match: re.Match) -> str:
        kind, name = match.group(1), match.group(2)
        shown = ""
        if name in found:
            chart, table = found[name]
            shown = _picture(chart, table, document) if kind == "chart" else _excerpt(chart, table)
        elif name not in {chart.name for chart in ALL}:
            raise Failure(f"{document.name} wants the {kind} {name}, which there is not")
        return f"<!-- {kind}: {name} -->\n{shown}<!-- end -->"

    text = document.read_text()
    document.write_text(re.sub(r"<!-- (chart|table): (\S+) -->\n.*?<!-- end -->", content, text, flags=re.DOTALL))


def _picture(chart: Chart, table: Section, document: Path) -> str:
    folder = os.path.relpath(CHARTS, document.parent)
    alternative = f"Bar chart: {table.title}. {chart.caption}.".replace('"', "&quot;")
    return (
        "<picture>\n"
        f'  <source media="(prefers-color-scheme: dark)" srcset="{folder}/{chart.name}-dark.svg">\n'
        f'  <img src="{folder}/{chart.name}-light.svg" width="{WIDTH}" alt="{alternative}">\n'
        "</picture>\n"
    )


def _excerpt(chart: Chart, table: Section) -> str:
    """The columns that the chart shows, and their ratios."""
    shown = {header for header, _ in chart.columns}
    labels = 2 if chart.is_grouped else 1
    places = [
        place
        for place, header in enumerate(table.columns)
        if place < labels or header in shown or (header.startswith("× ") and table.columns[place - 1] in shown)
    ]
    rows = [[_emphasised(row[place], row) if place < len(row) else "" for place in places] for row in table.rows]
    return Section("", [table.columns[place] for place in places], rows).rows_markdown()


def _emphasised(cell: str, row: list[str]) -> str:
    return f"**{cell}**" if cell and any(_name(label) == "Martlet" for label in row[:2]) else cell
