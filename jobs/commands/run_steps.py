"""`run` and `backfill`: steps over days, each in one pass."""

import argparse
import json
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

from jobs.commands.parser import ALL
from jobs.commands.terminal import Screen
from jobs.pipeline import STEPS, Cadence, Step
from jobs.running.context import open_context
from jobs.running.nightly import held_stores
from jobs.running.runner import run_step
from pumploss.settings import from_environment
from sources.landing.dump_days import run_days

#: Whoever runs several of these wants the servers up from the first to the last.
STORE_STEPS = {"materialize_features", "publish_warm", "publish_hot"}


def run(arguments: argparse.Namespace) -> int:
    """Runs one step, or all, for a day or a range."""
    return _run(arguments, [arguments.step])


def backfill(arguments: argparse.Namespace) -> int:
    """Runs chosen steps over a range, in the order of the pipeline."""
    return _run(arguments, arguments.steps)


def chosen(names: Iterable[str], if_missing: bool = False) -> list[tuple[Step, dict[str, Any]]]:
    """Lists the steps with their options, in pipeline order; `all` trains only where no champion exists."""
    asked = set(names)

    def options(step: Step) -> dict[str, Any]:
        is_training = step.cadence is Cadence.WEEKLY
        return {"if_missing": True} if is_training and (if_missing or step.name not in asked) else {}

    return [(step, options(step)) for step in STEPS if step.name in asked or ALL in asked]


def _run(arguments: argparse.Namespace, names: list[str]) -> int:
    settings, screen = from_environment(), Screen()
    steps = chosen(names, arguments.if_missing)
    if arguments.accept_completeness and "bronze_trades" not in {step.name for step, _ in steps}:
        arguments.parser.error("--accept-completeness is about dumps: it goes with bronze_trades")
    day, rescore = (vars(arguments).get(name) for name in ("day", "rescore"))
    if rescore and "gold_scores" not in {step.name for step, _ in steps}:
        arguments.parser.error("--rescore is about scores: it goes with gold_scores")
    with ExitStack() as stack:
        context = stack.enter_context(open_context(settings, screen.say))
        context.accept_completeness = arguments.accept_completeness
        context.wait_seconds = 60.0 * arguments.wait
        stack.enter_context(context.held_lake())
        days = (day,) if day else run_days(context.landing, arguments.first, arguments.last)
        if len(STORE_STEPS & {step.name for step, _ in steps}) > 1:
            stack.enter_context(held_stores(settings))
        title = f"{len(days)} days, {days[0]} to {days[-1]}" if days[1:] else f"{days[0]}"
        stack.enter_context(screen.phase(title, len(steps)))
        for step, options in steps:
            if rescore and step.name == "gold_scores":
                options["rescore"] = True
            screen.at(step.name)
            report = run_step(context, step.name, days, **options)
            screen.done(report.sentence())
            if arguments.json:
                print(json.dumps(report.figures(context.run_id)), flush=True)
    return 0
