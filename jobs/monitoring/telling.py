"""Says which bounds broke, in a line for each model and measure, and what is to be done about it."""

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from models.bounds import BOUNDS, Verdict
from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK

if TYPE_CHECKING:
    from jobs.monitoring.watching import Watched

TRAINED_BY = {LOSS.name: "train_loss_model", RISK.name: "train_risk_model"}

#: Inputs that a line names one by one, the farthest first.
NAMED = 5


def sentences(watched: "Iterable[Watched]", verdict: Verdict) -> list[str]:
    """Says what has this verdict, a line for each model, version and measure, the farthest off first."""
    found: dict[tuple[str, str, str], list[Watched]] = {}
    for one in watched:
        if one.figure.verdict is verdict:
            found.setdefault((one.model, one.version, one.figure.measure), []).append(one)
    return [_sentence(group) for group in found.values()]


def _sentence(group: "Sequence[Watched]") -> str:
    first, measure = group[0], group[0].figure.measure
    ordered = sorted(group, key=lambda one: -one.figure.value)
    said = ", ".join(_words(one) for one in ordered[:NAMED])
    more = f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
    return f"{first.model} version {first.version}, {first.last_day}: {measure} {said}{more}: {BOUNDS[measure].meaning}"


def _words(one: "Watched") -> str:
    figure = one.figure
    bounds = figure.bounds
    assert bounds is not None
    bound = bounds[1 if figure.verdict is Verdict.STOP else 0]
    subject = "" if figure.subject == "all" else f"of {figure.subject} "
    beside = f" beside {figure.expected:.3g}" if figure.expected and math.isfinite(figure.expected) else ""
    return f"{subject}is {figure.value:.3g}{beside} (bound {bound:.3g})"


def training_command(models: Iterable[str], day: date) -> str:
    """Writes the commands that train these models as of the close of a dump day."""
    steps = " ".join(TRAINED_BY[name] for name in dict.fromkeys(models))
    return f"pumploss backfill --steps {steps} --from {day} --to {day}"
