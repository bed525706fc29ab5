"""Puts the index together: trends over nights, out of a few figures of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from jobs.reporting.template import render
from models.report import charts
from models.report.parts import Chart, Part, percent

#: Nights that charts show, the latest; the list below them has all.
DRAWN: Final = 90

#: Name and key of what each chart shows.
_TRENDS: Final = (
    ("Trades", "trades", 1.0),
    ("SOL traded", "volume_sol", 1.0),
    ("Traders", "traders", 1.0),
    ("Losing share, %", "losing_share", 100.0),
    ("SOL lost by losing sells", "lost_sol", 1.0),
    ("Lines refused", "refused", 1.0),
    ("Seconds of steps", "seconds", 1.0),
)


def index(nights: Mapping[date, Mapping[str, Any]], *, is_simulated: bool) -> str:
    """Make the index of these nights, of which `night_page` kept the figures."""
    days = sorted(nights)
    drawn = days[-DRAWN:]
    labels = [f"{day:%m-%d}" for day in drawn]
    trends = [
        Chart(title, charts.lines(labels, {title: [_scaled(nights[day].get(key), by) for day in drawn]}))
        for title, key, by in _TRENDS
    ]
    words = f"The last {len(drawn)} nights that have a page, {drawn[0]} to {drawn[-1]}."
    head = ("night", "trades", "SOL traded", "traders", "losing share", "SOL lost", "refused", "seconds", "failed")
    return render(
        title="Nights",
        purpose="Every night that was run: what was traded and lost, and how the night went.",
        is_simulated=is_simulated,
        failures=[],
        links=[],
        figures=[{"name": "nights", "value": f"{len(days):,}"}, {"name": "the latest", "value": str(days[-1])}],
        parts=[Part("Trends", words, trends, is_wide=True)],
        nights={"head": head, "rows": [_row(day, nights[day]) for day in reversed(days)]},
    )


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else by * value


def _row(day: date, kept: Mapping[str, Any]) -> list[str]:
    return [
        str(day),
        f"{kept['trades']:,}",
        f"{kept['volume_sol']:,.1f}",
        f"{kept['traders']:,}",
        percent(kept["losing_share"]),
        f"{kept['lost_sol']:,.1f}",
        f"{kept['refused']:,}",
        f"{kept['seconds']:,.0f}",
        ", ".join(kept["failed"]),
    ]
