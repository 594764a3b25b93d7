"""Markdown: tables, and the page that keeps the latest of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Section:
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origin: str = ""  # when and how it was measured
    other_load: float = 0.0  # cores that others kept busy meanwhile

    def is_valid(self) -> bool:
        """Whether there is a number in it."""
        return any("invalid: " not in " ".join(row) for row in self.rows)

    def markdown(self) -> str:
        lines = [f"## {self.title}", ""]
        if self.origin:
            lines += [self.origin, ""]
        lines.append("| " + " | ".join(self.columns) + " |")
        lines.append("|---|" + "---:|" * (len(self.columns) - 1))
        for row in self.rows:
            cells = row + [""] * (len(self.columns) - len(row))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def page(facts: list[tuple[str, str]], tables: list[str]) -> str:
    lines = ["# Results", "", "Each table says when it was measured, and how. The machine and the versions of the last run:", ""]
    lines += [f"- {name}: {value}" for name, value in facts]
    return "\n".join(["\n".join(lines) + "\n", *tables])


def updated(text: str, facts: list[tuple[str, str]], sections: list[Section]) -> str:
    """The page `text` with these tables in place of those of the same titles; the others are left as they are."""
    tables = _tables(text)
    tables.update({section.title: section.markdown() for section in sections})
    return page(facts, list(tables.values()))


def _tables(text: str) -> dict[str, str]:
    """The tables of a page, by their titles."""
    _, *blocks = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return {block.partition("\n")[0].removeprefix("## "): block.rstrip("\n") + "\n" for block in blocks}


def mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f}"
