"""What the rounds of one server have measured, and the row of a table that it makes."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from .report import mebibytes


@dataclass
class Samples:
    cpu: list[float] = field(default_factory=list)  # microseconds for each unit of work
    rate: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)
    failure: str | None = None

    def cells(self, anchor: Samples | None) -> list[str]:
        """The cells after the server's name. Ratios refer to `anchor`."""
        if self.failure or not self.cpu:
            return [f"invalid: {self.failure or 'not measured'}"]
        # Round by round, so that a slow round slows both sides of the ratio.
        ratios = [own / other for own, other in zip(self.cpu, anchor.cpu)] if anchor and not anchor.failure else []
        return [
            f"{statistics.median(self.cpu):,.2f}",
            f"{statistics.median(ratios):.2f}" if ratios else "–",
            f"{min(self.cpu):,.2f}–{max(self.cpu):,.2f}",
            f"{statistics.median(self.rate):,.0f}",
            mebibytes(statistics.median(self.peak)),
        ]
