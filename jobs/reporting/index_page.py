"""Puts the index together: trends over nights, out of a few figures of each."""

from collections.abc import Mapping, Sequence
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


def index(nights: Mapping[date, Mapping[str, Any]], links: Sequence[Mapping[str, str]], *, is_simulated: bool) -> str:
    """Make the index of these nights, of which `night_page` kept the figures; links lead to other pages."""
    days = sorted(nights)
    failed = nights[days[-1]]["failed"]
    head = ("trades", "SOL traded", "traders", "losing share", "SOL lost", "refused", "seconds")
    return render(
        title="Nights",
        purpose="Every night that was run: what was traded and lost, and how the night went.",
        is_simulated=is_simulated,
        verdict={
            "is_well": not failed,
            "said": f"The night of {days[-1]} failed." if failed else f"The night of {days[-1]} went well.",
            "words": f"What failed: {', '.join(failed)}." if failed else "",
        },
        failures=[],
        links=links,
        figures=[
            {"name": "nights", "value": f"{len(days):,}"},
            {"name": "of them failed", "value": f"{sum(bool(kept['failed']) for kept in nights.values()):,}"},
            {"name": "the first", "value": str(days[0])},
            {"name": "the latest", "value": str(days[-1])},
        ],
        parts=[_trends(nights, days[-DRAWN:])],
        nights={"head": head, "rows": [_row(day, nights[day]) for day in reversed(days)]},
    )


def _trends(nights: Mapping[date, Mapping[str, Any]], days: Sequence[date]) -> Part:
    if len(days) == 1:
        return Part("Trends", "They begin with the second night that has a page.", is_wide=True)
    labels = [f"{day:%m-%d}" for day in days]
    drawn = [
        Chart(title, charts.lines(labels, {"": [_scaled(nights[day].get(key), by) for day in days]}))
        for title, key, by in _TRENDS
    ]
    words = f"The last {len(days)} nights that have a page, {days[0]} to {days[-1]}."
    return Part("Trends", words, drawn, is_wide=True)


def _scaled(value: float | None, by: float) -> float | None:
    return None if value is None else by * value


def _row(day: date, kept: Mapping[str, Any]) -> dict[str, Any]:
    cells = [
        f"{kept['trades']:,}",
        f"{kept['volume_sol']:,.1f}",
        f"{kept['traders']:,}",
        percent(kept["losing_share"]),
        f"{kept['lost_sol']:,.1f}",
        f"{kept['refused']:,}",
        f"{kept['seconds']:,.0f}",
    ]
    return {"day": day, "failed": kept["failed"], "cells": cells}
