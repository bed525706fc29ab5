"""`docs`: what Great Expectations said of the latest nights, in a browser."""

import argparse
import webbrowser
from pathlib import Path

from pumploss.checks import data_docs
from pumploss.errors import LakeError
from pumploss.settings import Settings, from_environment


def run(_: argparse.Namespace) -> int:
    """Prints where Data Docs are and opens them, where there is a browser."""
    page = first_page(from_environment())
    print(page, flush=True)
    if not webbrowser.open(page.as_uri()):
        print("No browser was found on this machine: open the page above, or copy its folder to where there is one.")
    return 0


def first_page(settings: Settings) -> Path:
    """Finds the first page of Data Docs, with whatever was judged since they were last built.

    Raises LakeError where nothing was ever judged.
    """
    folder = settings.data_docs_dir
    if not data_docs.has_results(folder):
        raise LakeError(
            f"There are no Data Docs in {folder} yet: every step that publishes a table adds to them. "
            "Run `pumploss nightly`, or any step, or set PUMPLOSS_HOME to where nights were run."
        )
    return data_docs.index(folder) if data_docs.is_current(folder) else data_docs.build(folder)
