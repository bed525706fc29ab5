"""`audit`: follows a published figure back to lines of dumps, and works it out again from them."""

import argparse
import json
from typing import Any

from jobs.auditing.chain import audit
from jobs.auditing.lines import Lines
from jobs.commands.terminal import show_facts, show_table
from jobs.running.context import open_context
from pumploss.settings import from_environment
from pumploss.warm import open_warm


def run(arguments: argparse.Namespace) -> int:
    """Prints the chain; exit code 1 where the figure is not what follows from what it rests on."""
    settings = from_environment()
    with open_context(settings) as context, open_warm(settings) as warm:
        found = audit(context, warm, Lines(context), arguments.row)
    if arguments.json:
        print(json.dumps(found, default=str, indent=2))
    else:
        _show(found)
    return int(not found["agrees"])


def _show(found: dict[str, Any]) -> None:
    figure, publish = found["figure"], found["publish"]
    compared = [(name, value, found["recomputed"][name]) for name, value in found["published"].items()]
    show_table(f"{figure['name']} is of {figure['trader']}", ("figure", "published", "worked out again"), compared)
    print(f"{'They agree' if found['agrees'] else 'THEY DIFFER'}; worked out from {found['rests_on']}.")
    taken = f"{publish['seconds']:.1f} s" if publish["seconds"] is not None else "-"
    facts = {
        "publish": publish["publish_id"],
        "run": publish["run_id"],
        "as of": publish["as_of"],
        "published": f"{publish['published_at']} by {publish['published_by'] or '-'} in {taken}",
    }
    show_facts("Published", facts.items())
    head = ("table", "day", "version", "digest", "rows", "run_id", "files")
    rows = [[len(entry["files"]) if name == "files" else entry.get(name) for name in head] for entry in found["tables"]]
    show_table("Through these tables", head, rows, ("version", "rows", "files"))
    if found["files"]:
        files = [(name, said["sha256"], len(said["lines"])) for name, said in sorted(found["files"].items())]
        show_table("From these dumps, which are unchanged", ("file", "SHA-256", "lines"), files, ("lines",))
