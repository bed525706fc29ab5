"""`verify`: whether ledger, lake, segments, registry and stores agree, and the repair of what does not."""

import argparse
import json
from contextlib import ExitStack

from jobs.commands.terminal import Screen
from jobs.pipeline import STEPS
from jobs.running.context import open_context
from jobs.running.horizon import refuse_other_horizon
from jobs.running.nightly import held_stores
from jobs.verifying.erasures import of_erasures
from jobs.verifying.finding import Finding
from jobs.verifying.lake import by_content, by_files, by_logs, of_segments
from jobs.verifying.models import of_registry
from jobs.verifying.small_files import of_small_files
from jobs.verifying.stores import of_stores
from pumploss.errors import PumpLossError, failure_text
from pumploss.settings import from_environment

#: The exit code where nothing is wrong and days are stale: a night mends that, and nobody need get up for it.
STALE = 3
AGREES = "Everything agrees."
#: What is looked at, in order; a part that `--quick` leaves out reads data or starts servers.
PARTS = {"small files": of_small_files, "erasures": of_erasures, "ledger and lake": by_logs, "segments": of_segments}
DEEP_PARTS = {"files": by_files, "content of every day": by_content, "registry": of_registry, "stores": of_stores}


def run(arguments: argparse.Namespace) -> int:
    """Prints what is found, with `--repair` after mending what can be.

    Answers 1 where something is left to people, STALE where all that is left is what `pumploss nightly` does by itself.
    """
    settings, screen = from_environment(), Screen()
    parts = PARTS if arguments.quick else {**PARTS, **DEEP_PARTS}
    with ExitStack() as stack:
        context = stack.enter_context(open_context(settings, screen.say))
        context.wait_seconds = 60.0 * arguments.wait
        stack.enter_context(context.held_lake())
        refuse_other_horizon(context.lake)
        if not arguments.quick and context.ledger.held("publish_warm"):
            stack.enter_context(held_stores(settings))
        left = 0
        for name in parts:
            screen.say(f"{name} ...")
            left += sum(_told(finding, arguments) for finding in list(parts[name](context)))
        stale = sum(len(context.ledger.stale(step.name)) for step in STEPS)
    what = f"{stale} days of steps are stale"
    advice = "`pumploss nightly` builds them, then publishes"
    if arguments.json and stale:
        print(json.dumps({"where": "lake", "what": what, "advice": advice, "repaired": None, "not_repaired": None}))
    elif not arguments.json:
        print(f"{left} findings are left to you." if left else "Everything that is built agrees." if stale else AGREES)
        if stale:
            print(f"{what}: {advice}.")
    return 1 if left else STALE if stale else 0


def _told(finding: Finding, arguments: argparse.Namespace) -> bool:
    """Prints a finding, mended where that was asked for and can be; answers whether it is left to people."""
    mended, failed = _mended(finding) if arguments.repair else (None, None)
    if arguments.json:
        said = {"where": finding.where, "what": finding.what, "advice": finding.advice, "repaired": mended}
        print(json.dumps({**said, "not_repaired": failed}), flush=True)
    else:
        done = f" Repaired: {mended}." if mended else f" The repair failed: {failed}" if failed else ""
        print(f"{finding.sentence()}{done}", flush=True)
    return mended is None


def _mended(finding: Finding) -> tuple[str | None, str | None]:
    """Mends what can be; answers what was done, or else why it failed."""
    try:
        return (finding.mend() if finding.mend else None), None
    except PumpLossError as error:
        return None, failure_text(error)
