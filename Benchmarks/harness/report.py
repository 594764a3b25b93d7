"""Markdown: tables, written and read, and the page that keeps the latest of each."""

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
        text = "\n".join([*lines, self.rows_markdown()])
        return text + "".join(f"\n{note}\n" for note in self.notes)

    def rows_markdown(self) -> str:
        lines = ["| " + " | ".join(self.columns) + " |", "|---|" + "---:|" * (len(self.columns) - 1)]
        for row in self.rows:
            cells = row + [""] * (len(self.columns) - len(row))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        return "\n".join(lines) + "\n"


    @classmethod
    def parsed(cls, text: str) -> Section:
        """The table that `markdown` made this text of."""
        lines = text.splitlines()
        header, _, *rows = [_cells(line) for line in lines if line.startswith("| ") or line.startswith("|---")]
        rest = [line for line in lines[1:] if line and not line.startswith("|")]
        origin = [line for line in rest if line.startswith("Measured on ")][:1]
        return cls(
            title=lines[0].removeprefix("## "),
            columns=header,
            rows=rows,
            notes=[line for line in rest if line not in origin],
            origin="".join(origin),
        )


def _cells(line: str) -> list[str]:
    """The cells of a row; a bar that belongs to one has a backslash before it."""
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def page(facts: list[tuple[str, str]], tables: list[str]) -> str:
    lines = ["# Results", "", "Each table says when it was measured, and how. The machine and the versions of the last run:", ""]
    lines += [f"- {name}: {value}" for name, value in facts]
    return "\n".join(["\n".join(lines) + "\n", *tables])


def updated(text: str, facts: list[tuple[str, str]], sections: list[Section]) -> str:
    """The page `text` with these tables in place of those of the same titles; the others are left as they are."""
    tables = _tables(text)
    tables.update({section.title: section.markdown() for section in sections})
    return page(facts, list(tables.values()))


def sections(text: str) -> list[Section]:
    """All tables of a page."""
    return [Section.parsed(block) for block in _tables(text).values()]


def _tables(text: str) -> dict[str, str]:
    """The tables of a page, by their titles."""
    _, *blocks = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return {block.partition("\n")[0].removeprefix("## "): block.rstrip("\n") + "\n" for block in blocks}


def mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f}"
