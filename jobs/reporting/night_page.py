"""Puts the page of a night together, and the few figures of it that the index keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from jobs.reporting import figures, loss_parts, run_parts
from jobs.reporting.gates import gates
from jobs.reporting.template import render
from jobs.running.context import Context
from models.report.parts import Part, percent
from pumploss.money import SOL_DECIMALS

_SOL: Final = 10.0**SOL_DECIMALS


@dataclass(frozen=True)
class Night:
    """Holds a page as HTML, and the figures that the index shows of it: JSON-ready, None where there is none."""

    page: str
    figures: dict[str, Any]


def night(context: Context, day: date, *, is_simulated: bool) -> Night:
    """Make the page of a dump day, of its rows and what the ledger says of it; at the top, whether the night failed."""
    market, traders = figures.market(context, day), figures.traders(context, day)
    steps, refused = figures.steps(context, day), figures.refused(context, day)
    expected, judged = figures.about_to_lose(context, day), gates(context.settings.data_docs_dir, day)
    kept = _kept(market, traders, refused, steps)
    parts = [
        *loss_parts.losers(traders),
        *loss_parts.expected(expected),
        *loss_parts.hours(figures.loss_by_hour(context, day)),
        *loss_parts.tokens(figures.loss_by_token(context, day)),
        *run_parts.refused(refused),
        *run_parts.gates(judged),
        *run_parts.steps(steps),
        *run_parts.models(figures.watched(context, day)),
        *run_parts.published(context.settings, steps),
    ]
    verdict = run_parts.verdict(steps, judged)
    return Night(_page(context, day, kept, market, parts, verdict, is_simulated=is_simulated), kept)


def failed_night(context: Context, day: date, *, is_simulated: bool) -> Night:
    """Make the page of a night that failed and of whose day nothing can be read: of the ledger alone."""
    steps = figures.steps(context, day)
    kept = _kept({}, {"active": 0, "losing": 0}, {}, steps)
    verdict = run_parts.verdict(steps, ())
    return Night(_page(context, day, kept, {}, run_parts.steps(steps), verdict, is_simulated=is_simulated), kept)


def _page(
    context: Context,
    day: date,
    kept: dict[str, Any],
    market: dict[str, Any],
    parts: Sequence[Part],
    verdict: dict[str, Any] | None,
    *,
    is_simulated: bool,
) -> str:
    return render(
        title=f"The night of {day}",
        purpose=f"What was traded on pump.fun on {day} (UTC), who lost, and how the night went.",
        is_simulated=is_simulated,
        verdict=verdict,
        failures=run_parts.failures(figures.steps(context, day)),
        is_built=bool(market),
        links=[{"to": "index.html", "name": "All nights"}, *links_to_checks(context)],
        figures=_headlines(kept, market) if market or not kept["failed"] else [],
        parts=parts,
        nights=None,
    )


def links_to_checks(context: Context) -> list[dict[str, str]]:
    """Link to what every check said, where there are such pages."""
    docs = context.settings.data_docs_dir / "site" / "index.html"
    return [{"to": "../data_docs/site/index.html", "name": "Every check"}] if docs.exists() else []


def _kept(
    market: dict[str, Any], traders: dict[str, Any], refused: dict[str, int], steps: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    active = traders["active"]
    return {
        "trades": market.get("trade_count", 0),
        "volume_sol": market.get("volume_lamports", 0) / _SOL,
        "traders": market.get("trader_count", 0),
        "losing_share": traders["losing"] / active if active else None,
        "lost_sol": -market.get("realised_loss_lamports", 0) / _SOL,
        "refused": sum(refused.values()),
        "seconds": sum(step["seconds"] for step in steps),
        "failed": [step["step"] for step in steps if step["status"] == "failed"],
    }


def _headlines(kept: dict[str, Any], market: dict[str, Any]) -> list[dict[str, str]]:
    volume = market.get("volume_lamports") or 0
    whole = market.get("complete_tape_volume_lamports", 0) / volume if volume else None
    named = {
        "trades": f"{kept['trades']:,}",
        "SOL traded": f"{kept['volume_sol']:,.1f}",
        "traders": f"{kept['traders']:,}",
        "of them, and of who held, lost net": percent(kept["losing_share"]),
        "SOL lost by losing sells": f"{kept['lost_sol']:,.1f}",
        "lines refused": f"{kept['refused']:,}",
        "of volume on whole tapes": percent(whole),
        "seconds of steps": f"{kept['seconds']:,.0f}",
    }
    return [{"name": name, "value": value} for name, value in named.items()]
