"""The closing summary of a nightly run: what went in, what came out, how good it is, and where it lies."""

from jobs.commands import losers
from jobs.commands.champions import MEASURES, champions
from jobs.commands.status import place, refusals, stores
from jobs.commands.terminal import show_facts, show_table
from jobs.pipeline import STEPS
from jobs.running.context import Context, open_context
from jobs.running.nightly import Night
from pumploss.settings import Settings

BOARD_ROWS = 10


def show(settings: Settings, night: Night) -> None:
    """Print it."""
    with open_context(settings) as context:
        _rows(context, night)
    _models(settings)
    found, day = losers.losers(settings, "24h", BOARD_ROWS)
    losers.show(found, f"Top losers of {day}")
    show_facts("Where everything is", [(name, place(store)) for name, store in stores(settings).items()])
    show_facts("Seconds", [(phase, f"{seconds:7.1f}") for phase, seconds in night.seconds.items()])
    example = found[0]["trader"] if found else "ADDRESS"
    commands = {
        "pumploss status": "every store and step",
        "pumploss losers": "leaderboards (--period 7d, 30d, all)",
        f"pumploss trader {example}": "features, scores and reasons",
        "pumploss serve": "keeps PostgreSQL and Redis up for psql, redis-cli and notebooks",
    }
    show_facts("Look on", commands.items())


def _rows(context: Context, night: Night) -> None:
    """Counts per step over all days as the ledger has them, and refused lines by reason."""
    latest = context.ledger.latest()
    counts = ("rows_read", "rows_written", "rows_quarantined", "rows_duplicate")
    rows = []
    for step in STEPS:
        mine = [row for (name, day), row in latest.items() if name == step.name and day in set(night.days)]
        if mine:
            last = max(mine, key=lambda row: row["day"])
            sums = [f"{sum(row[count] or 0 for row in mine):,}" for count in counts]
            rows.append((step.name, len(mine), last["status"], *sums))
    head = ("step", "days", "last", "read", "written", "quarantined", "duplicate")
    title = f"Rows of {len(night.days)} days, {night.days[0]} to {night.days[-1]}"
    show_table(title, head, rows, ("days", *head[3:]))
    skipped = [row for (_, day), row in latest.items() if row["status"] == "skipped" and day == night.days[-1]]
    for row in skipped:
        print(f"{row['step']} skipped: {row['error']}")
    refused = refusals(context)
    if refused:
        show_table("Quarantined by reason", ("reason", "lines"), refused.items(), ("lines",))


def _models(settings: Settings) -> None:
    found = champions(settings)
    rows = [row for champion in found for row in champion.rows()]
    if rows:
        show_table("Champions on their test days, beside what they must beat", ("", *MEASURES), rows, tuple(MEASURES))
    for champion in found:
        if champion.version is None:
            print(f"{champion.name}: no champion yet, so there are no scores of it.")
        elif champion.tags.get("short_history") == "true":
            print(f"{champion.name}: short history, fewer than 28 training days.")
