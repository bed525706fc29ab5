"""`list`: the pipeline as a table."""

import argparse

from jobs.commands.terminal import show_table
from jobs.pipeline import STEPS, Step


def run(_: argparse.Namespace) -> int:
    """Prints every step in order."""
    head = ("step", "cadence", "reads", "earlier days it needs", "writes")
    show_table("The pipeline, in order", head, [_row(step) for step in STEPS])
    return 0


def _row(step: Step) -> tuple[str, ...]:
    needs = "all" if step.lookback_days is None else str(step.lookback_days)
    reads = (*step.reads, *(f"({name} first)" for name in step.waits_for))
    return step.name, step.cadence.value, ", ".join(reads), needs, ", ".join(step.writes) or "-"
