"""Weekly: train `risk-score` on matured labels as of the last day."""

from jobs.running.context import Context
from jobs.training.run import train_model
from models.risk_model import SPEC
from pumploss.days import Days
from pumploss.report import RunReport


def run(context: Context, days: Days, if_missing: bool = False) -> RunReport:
    """Train, register and perhaps promote the risk model; skipped while too few days have matured."""
    return train_model(context, days, SPEC, if_missing)
