"""Erasures that were begun and never finished: the trader is kept out, and parts of the home may still hold him."""

from collections.abc import Iterator
from datetime import date

from jobs.running.context import Context
from jobs.verifying.finding import Finding
from pumploss.lake.tombstones import Tombstones


def of_erasures(context: Context) -> Iterator[Finding]:
    """Lists the erasures that are unfinished. Only the address finishes one, and the lake does not know it."""
    for erasure in Tombstones(context.lake, context.settings.home).unfinished():
        yield Finding(
            "erasures",
            f"an erasure begun at {erasure.begun_at[:16]} is unfinished",
            "Run `pumploss erase` with the same address again; its days are left alone until then",
        )


def is_being_erased(context: Context, table: str, partition_day: date) -> bool:
    """Whether an unfinished erasure rewrites a day: the ledger may not know of it yet, and the erasure tells it."""
    unfinished = Tombstones(context.lake, context.settings.home).unfinished()
    return any(partition_day.isoformat() in erasure.days.get(table, []) for erasure in unfinished)
