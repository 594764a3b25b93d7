"""Draws the bar charts that harness/charts.py describes on standard input, as SVG. Needs matplotlib, and nothing of ours.

Everything is placed by hand, in pixels: a figure and what is measured of its text are the same everywhere, and so is the
file. Text stays text, in the reader's own font; widths are those of DejaVu Sans, which comes with matplotlib and is wider
than the others.
"""

import json
import math
import re
import sys
from dataclasses import dataclass

import matplotlib

matplotlib.use("svg")

from matplotlib.font_manager import FontProperties  # noqa: E402
from matplotlib.patches import FancyBboxPatch  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.textpath import TextToPath  # noqa: E402

FONTS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif"

MARGIN, GAP = 4, 14
TITLE, CAPTION, PANEL, TOP = 18, 38, 64, 52
ROW, TALL_ROW, BAR = 25, 34, 15
FOOT = 26


@dataclass(frozen=True)
class Theme:
    text: str
    muted: str
    ours: str
    anchor: str
    other: str


THEMES = {
    "light": Theme(text="#1f2328", muted="#59636e", ours="#d9480f", anchor="#8794a1", other="#c3ccd5"),
    "dark": Theme(text="#f0f6fc", muted="#9198a1", ours="#ff8849", anchor="#75808c", other="#434b55"),
}


def width(text: str, size: float, weight: str = "normal") -> float:
    measured, _, _ = TextToPath().get_text_width_height_descent(text, FontProperties("DejaVu Sans", size=size, weight=weight), False)
    return measured


def number(value: float) -> str:
    digits = 0 if value >= 100 or value == 0 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


class Drawing:
    """One chart: rows that all panels share, from the smallest to the largest."""

    def __init__(self, chart: dict):
        self.chart = chart
        self.theme = THEMES[chart["theme"]]
        self.panels = chart["panels"]
        self.rows = sorted(chart["rows"], key=self._size)
        is_single = len(self.panels) == 1
        names = [row["name"] for row in self.rows]
        self.has_details = is_single and any(row["detail"] for row in self.rows)
        self.has_second_lines = not is_single and len(set(names)) < len(names)
        self.has_titles = any(panel["title"] for panel in self.panels)
        self.pitch = TALL_ROW if self.has_second_lines else ROW
        self.top = TOP + (22 if self.has_titles else 0)
        self.height = self.top + self.pitch * len(self.rows) + FOOT
        self.details_at = MARGIN + max(width(row["name"], 13, self._weight(row)) for row in self.rows) + 8
        self.left = self._left()

    def _size(self, row: dict) -> float:
        """The geometric mean of a row's figures, each as a share of its panel's largest."""
        shares = [
            math.log(max(panel["values"][row["label"]], 1e-9) / max(panel["values"].values()))
            for panel in self.panels
            if row["label"] in panel["values"] and max(panel["values"].values()) > 0
        ]
        return sum(shares) / len(shares) if shares else 0.0

    def _left(self) -> float:
        """Where the bars begin."""
        if self.has_details:
            return self.details_at + max(width(row["detail"], 11) for row in self.rows) + GAP
        if self.has_second_lines:
            return max(self.details_at, MARGIN + max(width(row["detail"], 11) for row in self.rows)) + GAP
        return self.details_at + 6

    @staticmethod
    def _weight(row: dict) -> str:
        return "bold" if row["is_ours"] else "normal"

    def draw(self) -> None:
        total = self.chart["width"]
        figure = Figure(figsize=(total / 72, self.height / 72), dpi=72)
        figure.patch.set_alpha(0)
        self.axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, total)
        self.axes.set_ylim(self.height, 0)

        self._text(MARGIN, TITLE, self.chart["title"], 15, weight="bold")
        self._text(MARGIN, CAPTION, self.chart["caption"], 12, self.theme.muted)
        self._text(MARGIN, self.height - 6, self.chart["footer"], 10.5, self.theme.muted)
        for place, row in enumerate(self.rows):
            self._label(row, self.top + self.pitch * (place + 0.5))
        share = (total - MARGIN - self.left + GAP) / len(self.panels)
        for place, panel in enumerate(self.panels):
            self._panel(panel, self.left + share * place, share - GAP)

        figure.savefig(
            self.chart["file"], format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
        self._finish()

    def _text(self, x: float, y: float, text: str, size: float, color: str = "", weight: str = "normal") -> None:
        self.axes.text(x, y, text, fontsize=size, color=color or self.theme.text, weight=weight, va="baseline", ha="left")

    def _label(self, row: dict, middle: float) -> None:
        base = middle + 4.5
        if self.has_second_lines and row["detail"]:
            self._text(MARGIN, base - 6, row["name"], 13, weight=self._weight(row))
            self._text(MARGIN, base + 7, row["detail"], 11, self.theme.muted)
            return
        self._text(MARGIN, base, row["name"], 13, weight=self._weight(row))
        if self.has_details and row["detail"]:
            self._text(self.details_at, base, row["detail"], 11, self.theme.muted)

    def _panel(self, panel: dict, left: float, room: float) -> None:
        values, anchor = panel["values"], panel["anchor"]
        largest = max(values.values())
        for_numbers = max(width(number(value), 12, "bold") for value in values.values()) + 6
        scale = (room - for_numbers) / largest if largest else 0
        if panel["title"]:
            self._text(left, PANEL, panel["title"], 12, self.theme.muted, weight="bold")
        for place, row in enumerate(self.rows):
            middle = self.top + self.pitch * (place + 0.5)
            value = values.get(row["label"])
            if value is None:
                self._text(left, middle + 4.5, "–", 12, self.theme.muted)
                continue
            fill = self.theme.ours if row["is_ours"] else self.theme.anchor if row["label"] == anchor else self.theme.other
            self._bar(left, middle - BAR / 2, max(value * scale, 1.5), fill)
            self._text(left + max(value * scale, 1.5) + 5, middle + 4.5, number(value), 12, weight=self._weight(row))
        if anchor in values:
            self._line(left + values[anchor] * scale, values, values[anchor])

    def _line(self, x: float, values: dict[str, float], anchor: float) -> None:
        """Where the anchor's bar ends, over the bars that are longer: beside the others stand numbers."""
        for place, row in enumerate(self.rows):
            if values.get(row["label"], 0) > anchor:
                top = self.top + self.pitch * place
                self.axes.plot(
                    [x, x], [top, top + self.pitch],
                    color=self.theme.text, linewidth=0.9, linestyle=(0, (2.5, 2.5)), solid_capstyle="butt", alpha=0.7, zorder=3,
                )  # fmt: skip

    def _bar(self, x: float, y: float, length: float, fill: str) -> None:
        rounding = min(2.0, length / 2)
        self.axes.add_patch(
            FancyBboxPatch((x, y), length, BAR, boxstyle=f"round,pad=0,rounding_size={rounding}", facecolor=fill, linewidth=0)
        )

    def _finish(self) -> None:
        """Pixels for points, and fonts that readers have."""
        with open(self.chart["file"]) as file:
            text = file.read()
        text = re.sub(r'(<svg [^>]*?)width="([\d.]+)pt" height="([\d.]+)pt"|(height|width)="([\d.]+)pt"', self._pixels, text)
        text = re.sub(r"""(?:'DejaVu Sans'|DejaVu Sans)(?:, [^;"]*)?(?=[;"])""", FONTS, text)
        with open(self.chart["file"], "w") as file:
            file.write(text)

    @staticmethod
    def _pixels(match: re.Match) -> str:
        return match.group().replace('pt"', '"')


def main() -> None:
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "martlet", "font.family": "DejaVu Sans"})
    for chart in json.load(sys.stdin):
        Drawing(chart).draw()


main()
