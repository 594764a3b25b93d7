"""What becomes of measured tables: those that are worth it replace theirs in RESULTS.md, one by one."""

from __future__ import annotations

from pathlib import Path

from .machine import log
from .report import Section, page, updated
from .servers import ROOT

RESULTS = ROOT / "RESULTS.md"

QUIET = 0.10
"""A table is kept if others used less than this share of a core."""


class Keeper:
    """Writes each table as soon as it is measured, so that a run that is interrupted has not been for nothing."""

    def __init__(self, output: Path | None, is_trial: bool, facts: list[tuple[str, str]]):
        self._output = output
        self._is_trial = is_trial
        self._facts = facts
        self._measured: list[Section] = []
        self._kept: list[str] = []
        self._refused: list[tuple[str, str]] = []

    def take(self, section: Section) -> None:
        self._measured.append(section)
        print("\n" + section.markdown(), flush=True)
        if self._output:
            self._output.write_text(page(self._facts, [section.markdown() for section in self._measured]))
        elif self._is_trial:
            return
        elif not section.is_valid():
            self.refuse(section.title, "nothing was measured")
        elif section.other_load > QUIET:
            self.refuse(section.title, f"others kept {section.other_load:.2f} cores busy meanwhile")
        else:
            old = RESULTS.read_text() if RESULTS.exists() else ""
            RESULTS.write_text(updated(old, self._facts, [section]))
            self._kept.append(section.title)

    def refuse(self, title: str, reason: str) -> None:
        self._refused.append((title, reason))
        log(f"“{title}” is not kept: {reason}")

    def finish(self) -> None:
        """Says what has become of the tables."""
        for name, value in self._facts:
            print(f"- {name}: {value}")
        if self._output:
            log(f"wrote {len(self._measured)} tables to {self._output}")
        elif not self._is_trial:
            log(f"wrote {len(self._kept)} of {len(self._kept) + len(self._refused)} tables to Benchmarks/RESULTS.md:")
            for title in self._kept:
                log(f"  kept: {title}")
        for title, reason in self._refused:
            log(f"  not kept: {title} ({reason}; --output FILE writes all tables to a file of their own)")
