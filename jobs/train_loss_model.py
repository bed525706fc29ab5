"""Weekly: train `loss-prediction` on matured labels as of the last day."""

from jobs.running.step_context import StepContext
from jobs.training.run import train_model
from models.loss_model import SPEC
from pumploss.days import Days


def run(context: StepContext, days: Days, if_missing: bool = False) -> None:
    """Trains, registers and perhaps promotes the loss model; skipped while too few days have matured."""
    train_model(context, days, SPEC, if_missing)
