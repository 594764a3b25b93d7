"""Markdown: tables, and the page that is kept."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field


@dataclass
class Section:
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        lines = [f"## {self.title}", ""]
        lines.append("| " + " | ".join(self.columns) + " |")
        lines.append("|---|" + "---:|" * (len(self.columns) - 1))
        for row in self.rows:
            cells = row + [""] * (len(self.columns) - len(row))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def page(command: str, facts: list[tuple[str, str]], sections: list[Section], notes: list[str]) -> str:
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    lines = ["# Results", "", f"Written by `{command}`, {today}.", ""]
    lines += [f"- {name}: {value}" for name, value in facts]
    for note in notes:
        lines += ["", note]
    text = "\n".join(lines) + "\n"
    for section in sections:
        text += "\n" + section.markdown()
    return text


def mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f}"
