"""`maintain`: what upkeep would do, and with `--yes` does."""

import argparse
import json
import time
from datetime import timedelta

from jobs.commands.terminal import Screen, show_table
from jobs.maintaining.chore import Chore, freed
from jobs.maintaining.pins import Pin, pins
from jobs.maintaining.upkeep import chores, maintain
from jobs.running.context import open_context
from pumploss.settings import from_environment


def run(arguments: argparse.Namespace) -> int:
    """Prints pinned versions and chores; does them where it is told to."""
    screen, started = Screen(), time.monotonic()
    retention = timedelta(days=arguments.retention_days)
    with open_context(from_environment(), screen.say) as context:
        context.wait_seconds = 60.0 * arguments.wait
        with context.held_lake():
            pinned = pins(context)
            found = maintain(context, pinned, retention) if arguments.yes else list(chores(context, pinned, retention))
    if arguments.json:
        print(json.dumps(_as_json(pinned, found, is_done=arguments.yes)))
    else:
        _show(pinned, found, arguments, time.monotonic() - started)
    return 0


def _show(pinned: list[Pin], found: list[Chore], arguments: argparse.Namespace, seconds: float) -> None:
    head = ("table", "version", "pinned by")
    if pinned:
        show_table("Versions that stay whole", head, [(pin.table, pin.version, pin.by) for pin in pinned], ("version",))
    if not found:
        print("There is nothing to do.")
        return
    numbers = ("files deleted", "bytes")
    show_table(
        "Done" if arguments.yes else "To do", ("what", "where", *numbers, ""), [one.row() for one in found], numbers
    )
    if arguments.yes:
        print(f"Freed {freed(found)}. It took {seconds:.1f} s; the ledger has it as `maintain`.")
    else:
        print(f"Nothing was done. `pumploss maintain --yes` would free {freed(found)}.")


def _as_json(pinned: list[Pin], found: list[Chore], *, is_done: bool) -> dict[str, object]:
    return {
        "is_done": is_done,
        "freed_files": sum(one.files for one in found),
        "freed_bytes": sum(one.bytes for one in found),
        "pinned": [vars(pin) for pin in pinned],
        "chores": [_facts(one) for one in found],
    }


def _facts(chore: Chore) -> dict[str, object]:
    """Say of a chore what it deletes, and for what it gathers days and files before and after."""
    into = chore.gathering
    gathered = {"days": into.days, "before": into.before, "after": into.after} if into else None
    facts = {"what": chore.what, "where": chore.where, "files": chore.files, "bytes": chore.bytes}
    return {**facts, "gathered": gathered}
