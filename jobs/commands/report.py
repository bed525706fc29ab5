"""`report`: the pages of nights that are not current, and the index."""

import argparse
from datetime import date

from jobs.commands.terminal import Screen
from jobs.reporting.site import folder_of, write
from jobs.running.context import open_context
from pumploss.errors import LakeError
from pumploss.settings import from_environment


def run(arguments: argparse.Namespace) -> int:
    """Writes what is lacking, of a day or of all built days, and prints where the report begins.

    Raises LakeError where nothing was built yet.
    """
    settings = from_environment()
    with open_context(settings, Screen().say) as context:
        built = context.ledger.held("bronze_trades")
        days: set[date] = {arguments.day} if arguments.day else built
        if not days & built:
            raise LakeError(
                f"Nothing is built of {arguments.day or 'any day'} yet: `pumploss nightly` builds what landed."
            )
        written = write(context, days)
    print(f"{len(written)} pages were written. The report begins at {folder_of(settings) / 'index.html'}")
    return 0
