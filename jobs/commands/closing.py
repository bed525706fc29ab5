"""The last words of a nightly run: what went in, what came out, how good it is, and where it lies."""

from collections.abc import Mapping
from dataclasses import asdict

from jobs.commands import losers
from jobs.commands.champions import MEASURES, champions
from jobs.commands.status import refusals, show_monitoring
from jobs.commands.stores import addresses, stores
from jobs.commands.terminal import show_facts, show_table
from jobs.monitoring.recorded import of_day
from jobs.pipeline import STEPS
from jobs.running.context import Context, open_context
from models.quiet_mlflow import started
from models.scoring.trees import library
from pumploss.days import Days
from pumploss.report import COUNTS
from pumploss.settings import Settings

LOSERS_SHOWN = 10


def load(settings: Settings) -> None:
    """Loads the libraries that `show` needs for seconds, for who has the time before."""
    started(settings.tracking_uri)
    library()


def show(settings: Settings, days: Days, seconds: Mapping[str, float]) -> None:
    """Prints them, for the days of the landing and with the seconds by phase."""
    with open_context(settings) as context:
        _rows(context, days)
        alarms = asdict(of_day(context, days[-1]))
    _models(settings)
    show_monitoring(alarms)
    board, day = losers.losers(settings, "24h", LOSERS_SHOWN)
    losers.show(board, f"Who lost most by losing sells on {day}")
    show_facts("Where everything is", addresses(stores(settings)))
    show_facts("Seconds", [(phase, f"{spent:7.1f}") for phase, spent in seconds.items()])
    example = board[0]["trader"] if board else "ADDRESS"
    commands = {
        "pumploss status": "every store and step",
        "pumploss losers": "leaderboards (--period 7d, 30d, all; --net, --expected)",
        f"pumploss trader {example}": "features, scores and reasons",
        "pumploss serve": "keeps PostgreSQL and Redis up for psql, redis-cli and notebooks",
    }
    show_facts("Look on", commands.items())


def _rows(context: Context, days: Days) -> None:
    """Prints counts per step over all days as the ledger has them, and refused lines by reason."""
    latest = context.ledger.latest()
    rows = []
    for step in STEPS:
        of_step = [row for (name, day), row in latest.items() if name == step.name and day in set(days)]
        if of_step:
            last = max(of_step, key=lambda row: row["day"])
            sums = [f"{sum(row[count] or 0 for row in of_step):,}" for count in COUNTS]
            rows.append((step.name, len(of_step), last["status"], *sums))
    head = ("step", "days", "last", *(count.removeprefix("rows_") for count in COUNTS))
    title = f"Rows of {len(days)} days, {days[0]} to {days[-1]}"
    show_table(title, head, rows, ("days", *head[3:]))
    skipped = [row for (_, day), row in latest.items() if row["status"] == "skipped" and day == days[-1]]
    for row in skipped:
        print(f"{row['step']} skipped: {row['error']}")
    refused = refusals(context)
    if refused:
        show_table("Quarantined by reason", ("reason", "lines"), refused.items(), ("lines",))


def _models(settings: Settings) -> None:
    both = champions(settings)
    rows = [row for champion in both for row in champion.rows()]
    if rows:
        show_table("Champions on their locked days, beside what they must beat", ("", *MEASURES), rows, tuple(MEASURES))
    for champion in both:
        if champion.version is None:
            print(f"{champion.name}: no champion yet, so there are no scores of it.")
            if why := champion.tags.get("gate"):
                print(f"  The gate kept the latest version back: {why}.")
        elif champion.tags.get("short_history") == "true":
            print(f"{champion.name}: short history, fewer than 28 training days.")
