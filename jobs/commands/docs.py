"""`docs`: the generated pages, written or compared."""

import argparse


def run(arguments: argparse.Namespace) -> int:
    """Write `docs/generated`, or with `--check` fail where a page is stale."""
    from jobs import docs

    if arguments.check:
        docs.require_fresh()
        return 0
    for path in docs.write():
        print(path)
    return 0
