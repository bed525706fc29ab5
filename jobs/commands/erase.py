"""`erase`: takes a trader out of the lake, models and stores, and keeps him out of everything that is built later."""

import argparse
import sys

from jobs.commands.terminal import Screen, show_table
from jobs.erasing.erasure import Found, erase, find
from jobs.erasing.forms import Trader
from jobs.running.context import open_context
from pumploss.errors import SettingsError
from pumploss.settings import from_environment

#: Lines of a dump that are named one by one.
_LINES = 8


def run(arguments: argparse.Namespace) -> int:
    """Says what would go, asks, and erases. Answers 1 where nobody agreed."""
    trader, screen = Trader(arguments.address), Screen()
    with open_context(from_environment(), screen.say) as context:
        context.wait_seconds = 60.0 * arguments.wait
        with context.held_lake():
            found = find(context, trader)
            _show(found, trader)
            if arguments.dry_run:
                return 0
            _refuse_named(found)
            if not (arguments.yes or _agreed()):
                print("Nothing was changed.")
                return 1
            erasure = erase(context, trader, found)
    rewritten = sum(map(len, erasure.days.values()))
    print(
        f"Erased: {rewritten} days of {len(erasure.days)} tables were rewritten. No "
        "dump brings this trader back while erasure.key is in the home: back it up."
    )
    return 0


def _show(found: Found, trader: Trader) -> None:
    rows = [(name, len(found.days[name]), len(files)) for name, files in found.files.items()]
    if rows:
        show_table(f"What holds {trader.address}", ("table", "days", "files"), rows, ("days", "files"))
    else:
        print(f"No table of the lake holds {trader.address}. Addresses are case-sensitive.")
    if found.frame_rows:
        print(f"Rows kept with models: {found.frame_rows:,}")
    for path in found.texts:
        print(f"Text: {path}")
    print("The warm and the hot store, online features and exports are published again without the trader.")
    if found.lines:
        print("The dumps are yours, and stay as they are. These lines hold the address:")
        for name, lines in found.lines.items():
            more = f" and {len(lines) - _LINES:,} more" if lines[_LINES:] else ""
            print(f"  {name}: {', '.join(map(str, lines[:_LINES]))}{more}")
    for folder in found.backups:
        print(f"Left alone, a backup: {folder}")
    print("Older backups hold the trader, too: delete them, or erase again after one is put back.")


def _refuse_named(found: Found) -> None:
    if found.named:
        raise SettingsError(
            f"Dumps are named after the trader, so every line of them would name him again: {', '.join(found.named)}. "
            "Nothing was changed. Rename them, then erase."
        )


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise SettingsError("Nobody is there to ask: run it in a terminal, or with --yes once you know what it does.")
    return input("Erase for good? [y/N] ").strip().lower() in ("y", "yes")
