"""`backup` and `restore`: lake, registry and warm store of one moment, and back on this path or another."""

import argparse
from pathlib import Path

from jobs.commands.terminal import Screen
from jobs.running.context import open_context
from jobs.saving.back_up import back_up
from jobs.saving.erasures import lacking
from jobs.saving.manifest import Manifest
from jobs.saving.restore import restore
from pumploss.settings import from_environment


def run(arguments: argparse.Namespace) -> int:
    """Makes a backup below a new folder."""
    with open_context(from_environment(), Screen().say) as context:
        context.wait_seconds = 60.0 * arguments.wait
        with context.held_lake():
            manifest = back_up(context, Path(arguments.folder).expanduser().resolve())
    print(f"{_size(manifest)} in {arguments.folder}, as published of {manifest.published or 'no day yet'}.")
    for part, why in manifest.left_out.items():
        print(f"Not in it: {part}; {why}.")
    print(f"The dumps in {manifest.landing or 'the landing'} are no part of it: keep them too.")
    return 0


def back(arguments: argparse.Namespace) -> int:
    """Puts a backup into the home of the environment."""
    settings, screen = from_environment(), Screen()
    folder = Path(arguments.folder).expanduser().resolve()
    manifest = restore(settings, folder, screen.say)
    print(f"{_size(manifest)} of {manifest.made_at[:16]} are in {settings.home}.")
    for part, why in manifest.left_out.items():
        print(f"Not in the backup: {part}; {why}.")
    for begun_at in lacking(folder, manifest):
        print(f"The backup is older than the end of the erasure begun at {begun_at[:16]}: erase that trader again.")
    print(f"Whoever else was erased after {manifest.made_at[:16]} has to be erased again, too.")
    print(
        f"The lake was built from the dumps in {manifest.landing}. Bring them to {settings.landing}, or have the lake "
        f"follow them: `pumploss rebind --landing PATH`. `pumploss verify` says whether all agrees; the next night "
        "fills Redis again."
    )
    return 0


def _size(manifest: Manifest) -> str:
    return f"{len(manifest.files):,} files, {manifest.bytes / 1e6:,.1f} MB"
