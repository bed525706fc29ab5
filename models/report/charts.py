"""Draws the charts of a report as SVG inside the page: their colours are those of the page, light or dark."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]

#: What stands for a colour of the page while a chart is drawn, and the page's name for it.
INK, MUTED, GRID, ACCENT, SECOND, THIRD = "#010101", "#020202", "#030303", "#040404", "#050505", "#060606"
_VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", ACCENT: "accent", SECOND: "second", THIRD: "third"}
#: Inches: on a phone a chart is shown at about this size, so its letters stay readable.
WIDTH, HEIGHT = 4.7, 3.3

#: Baselines that a gain curve names by a line of their own.
NAMED = {"volume": ("volume of 7 days", SECOND), "losses_30d": ("losses of 30 days", THIRD)}


def drawn(draw: "Callable[[Axes], None]", height: float = HEIGHT) -> str:
    """Make a chart of what `draw` puts onto its axes: an SVG element without a single address in it."""
    # No pyplot: its figures are kept for the whole process, and it looks for a screen.
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    # Text stays text, and names inside depend on nothing but the content.
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "pumploss", "font.family": "sans-serif", "font.size": 10}
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor="none")
        axes = figure.add_subplot()
        axes.set_facecolor("none")
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(GRID)
        axes.tick_params(colors=GRID, labelcolor=MUTED)
        axes.grid(color=GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        draw(axes)
        for label in (axes.xaxis.label, axes.yaxis.label, axes.title):
            label.set_color(INK)
        text = io.StringIO()
        # Not `savefig`: to lay the chart out it draws everything once more, which is a quarter of all its time.
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(text, metadata={"Date": None})
    return _inlined(text.getvalue())


def _inlined(text: str) -> str:
    svg = text[text.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    # The page sets the size; the standard fonts of whoever reads it are the nearest to those that were measured.
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = svg.replace("'sans-serif'", "sans-serif")
    for colour, name in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def reliability(rows: Sequence[Row]) -> str:
    """Draw observed against predicted rates with their intervals; on the diagonal they agree."""

    def draw(axes: "Axes") -> None:
        highest = 1.05 * max(max(row["predicted"], row["high"] or 0, row["observed"]) for row in rows) or 1.0
        axes.plot([0, highest], [0, highest], color=MUTED, linewidth=1, linestyle="--")
        for row in rows:
            if row["low"] is not None:
                axes.plot([row["predicted"]] * 2, [row["low"], row["high"]], color=ACCENT, linewidth=1)
        axes.plot(*_columns(rows, "predicted", "observed"), color=ACCENT, marker="o", markersize=4, linewidth=1)
        axes.set(xlabel="predicted rate", ylabel="observed rate", xlim=(0, highest), ylim=(0, highest))

    return drawn(draw)


def gains(curves: Mapping[str, Sequence[float]]) -> str:
    """Draw which part of the SOL lost the top of each ranking holds."""

    def draw(axes: "Axes") -> None:
        shares = [100 * share for share in curves["shares"]]
        for name, line in curves.items():
            if name not in ("shares", "model", "oracle", *NAMED):
                axes.plot(shares, _percent(line), color=MUTED, linewidth=0.8, alpha=0.6)
        axes.plot([], [], color=MUTED, linewidth=0.8, label="other baselines")
        axes.plot(shares, _percent(curves["oracle"]), color=MUTED, linestyle=":", label="known afterwards")
        for name, (label, colour) in NAMED.items():
            if name in curves:
                axes.plot(shares, _percent(curves[name]), color=colour, linewidth=1.4, label=label)
        axes.plot(shares, _percent(curves["model"]), color=ACCENT, linewidth=2.2, label="model")
        axes.set(xlabel="% of wallets, riskiest first", ylabel="% of SOL lost", xlim=(0, 100), ylim=(0, 101))
        axes.legend(loc="lower right", frameon=False, labelcolor=INK)

    return drawn(draw)


def intervals(rows: Sequence[Row], value: str, label: str, limits: Sequence[float] = ()) -> str:
    """Draw a point and its interval per row, named at the left; dashed lines stand at the limits."""

    def draw(axes: "Axes") -> None:
        for limit in limits:
            axes.axvline(limit, color=MUTED, linewidth=1, linestyle="--")
        for place, row in enumerate(rows):
            if row["low"] is not None and row["high"] is not None:
                axes.plot([row["low"], row["high"]], [place] * 2, color=ACCENT, linewidth=1.6)
            axes.plot([row[value]], [place], color=ACCENT, marker="o", markersize=5)
        _named(axes, [row["name"] for row in rows], label)

    return drawn(draw, _tall(rows))


def bars(rows: Sequence[Row], value: str, label: str, mark: str | None = None) -> str:
    """Draw a bar per row, named at the left; a tick marks the figure that it is compared with."""

    def draw(axes: "Axes") -> None:
        places = range(len(rows))
        axes.barh(places, [row[value] or 0.0 for row in rows], color=ACCENT, height=0.6)
        if mark is not None:
            axes.plot([row[mark] for row in rows], places, color=SECOND, marker="|", markersize=11, linestyle="none")
        _named(axes, [row["name"] for row in rows], label)

    return drawn(draw, _tall(rows))


def effect(points: Sequence[Sequence[float | None]]) -> str:
    """Draw how an input moves the log-odds over its values, tenth by tenth; the dashed line is where it is missing."""

    def draw(axes: "Axes") -> None:
        for _, missing in (point for point in points if point[0] is None):
            axes.axhline(missing or 0.0, color=SECOND, linewidth=1, linestyle="--")
        known = [point for point in points if point[0] is not None]
        places = range(1, len(known) + 1)
        axes.plot(places, [float(point[1] or 0.0) for point in known], color=ACCENT, marker="o", markersize=4)
        axes.set_xticks(places, [f"{point[0]:.3g}" for point in known], rotation=40, ha="right")
        axes.set_ylabel("log-odds")

    return drawn(draw, height=2.1)


def lines(labels: Sequence[str], named: Mapping[str, Sequence[float | None]]) -> str:
    """Draw up to three lines over the same named places; a line without a name is what the page says above it."""

    def draw(axes: "Axes") -> None:
        places = range(len(labels))
        for (name, values), colour in zip(named.items(), (ACCENT, SECOND, THIRD), strict=False):
            known = [float("nan") if value is None else value for value in values]
            axes.plot(places, known, color=colour, marker="o", markersize=4, label=name)
        # Eight names fit beside each other on a phone.
        step = 1 + (len(labels) - 1) // 8
        is_short = all(len(label) <= 3 for label in labels)
        turned: dict[str, Any] = {} if is_short else {"rotation": 30, "ha": "right"}
        axes.set_xticks(places[::step], labels[::step], **turned)
        if not any(value for values in named.values() for value in values):
            axes.set_ylim(-0.05, 1)  # else nothing but zeros is shown as parts of hundredths
        if any(named):
            axes.legend(frameon=False, labelcolor=INK, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    return drawn(draw)


def _columns(rows: Sequence[Row], *names: str) -> list[list[float]]:
    return [[row[name] for row in rows] for name in names]


def _percent(line: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else 100 * value for value in line]


def _named(axes: "Axes", names: Sequence[str], label: str) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.grid(visible=False, axis="y")


def _tall(rows: Sequence[Row]) -> float:
    return 0.7 + 0.26 * len(rows)
