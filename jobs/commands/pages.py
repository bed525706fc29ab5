"""`pages`: the generated pages of the documentation, written or compared."""

import argparse


def run(arguments: argparse.Namespace) -> int:
    """Write `docs/generated`, or with `--check` fail where a page is stale."""
    from jobs import pages

    if arguments.check:
        pages.require_fresh()
        return 0
    for path in pages.write():
        print(path)
    return 0
