"""Weekly: train `loss-prediction` on matured labels as of the last day."""

from jobs import training
from jobs.context import Context
from pumploss.days import Days
from pumploss.report import RunReport


def run(context: Context, days: Days, if_missing: bool = False) -> RunReport:
    """Train, register and perhaps promote the loss model; skipped while too few days have matured."""
    from models.loss_model import SPEC

    return training.run(context, days, SPEC, if_missing)
