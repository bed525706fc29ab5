"""What each family of features adds to a model of losses: trained with all, without one family, and with it alone.

One model of who loses, of all rows, with the parameters of the loss model; not its two, one of which asks who trades.
Measured on the lake that the settings name, as it stands; each line names it. A home without one gets a simulated
market of 90 days first, of another seed than that of `make nightly`.
Rows are split along time as training does it, and judged on the exposed rows of the test days. Intervals come from
drawing traders, with all of their rows, with replacement.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.measuring import line, stopwatch
from features.labels import HORIZON_DAYS
from features.registry import TABLE, model_inputs
from jobs.running.context import Context, open_context
from jobs.running.due_days import landed_days
from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_steps
from jobs.training.rows import HISTORY_DAYS
from models import boosting
from models.dataset import OUTCOMES, Flags, Floats, TrainingFrame, assemble
from models.loss_model import SPEC
from models.metrics import auc, top_share
from models.time_split import UntrainableError, refuse_too_few, split_by_time
from pumploss.days import shift
from pumploss.settings import from_environment
from pumploss.tables import gold_labels
from simulator import Market, write_dumps

Rows = npt.NDArray[np.int64]

DAYS, TRADES, SEED = 90, 7_200, 15
#: Every so many days of training are taken: windows of 30 days hardly differ from one day to the next.
EVERY = 3
#: Families that say much of the same, left out together: then the others cannot make up for one of them.
TOGETHER = (
    ("entries", "tokens", "insiders"),
    ("losses", "paths", "relative", "positions"),
    ("holding", "outcomes", "chasing", "disposition", "stakes"),
    ("rhythm", "timing", "lifetime"),
    (
        "diversity", "lifetime", "market", "positions", "rhythm", "tokens", "relative", "sizing", "stakes", "timing",
        "disposition",
    ),
)  # fmt: skip
DRAWS, DRAWS_SEED = 200, 1
#: The part of the ranking whose losses count as captured.
TOP = 0.1
_OUTER = (2.5, 97.5)


class _Judged(NamedTuple):
    """Holds what a model is worth on the test rows, and on each draw of traders from them."""

    auc: float
    captured: float
    drawn: Floats


def run(rows: int = DAYS * TRADES) -> Iterator[str]:
    """Yield a line for the model with all features, and two for each family: without it, and with it alone.

    Between these stands the model without any family that may add nothing.
    """
    with open_context(from_environment()) as context:
        if not context.lake.exists(TABLE):
            _simulated(context, rows)
        frame, lake = _frame(context), context.settings.lake
    try:
        parts = split_by_time(frame.days, HORIZON_DAYS)
        refuse_too_few(frame, parts, SPEC.target)
    except UntrainableError as error:
        yield line("ablation", "refused", "lightgbm", len(frame), 0.0, 0, lake=lake, why=str(error))
        return
    inputs = model_inputs()
    train = np.flatnonzero(parts.rows(frame, parts.train[::EVERY]))
    test = np.flatnonzero(parts.rows(frame, parts.test) & frame.is_exposed)
    draws = _draws(frame.trader[test])
    spec = replace(SPEC, parameters={**SPEC.parameters, "num_threads": 1})

    def measured(case: str, columns: list[int], beside: _Judged | None = None) -> tuple[_Judged, str]:
        with stopwatch() as elapsed:
            names, monotone = [inputs[n].name for n in columns], [inputs[n].monotone for n in columns]
            rows = boosting.Rows(spec, names, monotone, frame.x[train][:, columns])
            ranking = boosting.raw(rows.grow(frame.is_loss[train]), frame.x[test][:, columns])
            judged = _judge(frame, test, ranking, draws)
            seconds, peak = elapsed()
        more = {"lake": lake, **_figures(judged, beside)}
        return judged, line("ablation", case, "lightgbm", len(train), seconds, peak, columns=len(columns), **more)

    everything = list(range(len(inputs)))
    whole, said = measured("all", everything)
    yield said
    doubtful: list[int] = []
    families = {family: [n for n in everything if inputs[n].group == family] for family in {f.group for f in inputs}}
    for family, own in sorted(families.items()):
        judged, said = measured(f"without {family}", [n for n in everything if n not in own], whole)
        yield said
        if np.percentile(whole.drawn[:, 0] - judged.drawn[:, 0], _OUTER[0]) <= 0:
            doubtful += own
    yield measured("without all whose part may be chance", [n for n in everything if n not in doubtful], whole)[1]
    for together in TOGETHER:
        left = [n for n in everything if inputs[n].group not in together]
        yield measured(f"without {', '.join(together)}", left, whole)[1]
    for family, own in sorted(families.items()):
        yield measured(f"{family} alone", own)[1]


def _simulated(context: Context, rows: int) -> None:
    write_dumps(Market(days=DAYS, trades_per_day=rows // DAYS, seed=SEED), context.settings.landing)
    run_steps(context, [step.name for step in DATA_STEPS], landed_days(context.landing))


def _frame(context: Context) -> TrainingFrame:
    """Join labels with the features of their T as they were known then, where 30 days of trades lie before it."""
    first = shift(min(context.lake.rows_by_day(TABLE)), HISTORY_DAYS - 1)
    labels, features = (context.lake.read(table).toArrow() for table in (gold_labels.TABLE, TABLE))
    known = pl.DataFrame(pl.from_arrow(features)).filter(
        (pl.col("known_at") <= pl.col("as_of")) & (pl.col("feature_day") >= first)
    )
    outcomes = pl.DataFrame(pl.from_arrow(labels)).select("trader_address", "as_of", *OUTCOMES)
    rows = outcomes.join(known.drop("known_at"), ["trader_address", "as_of"]).rename({"as_of": "event_timestamp"})
    return assemble(rows, [known.name for known in model_inputs()])


def _draws(traders: npt.NDArray[np.str_]) -> list[Rows]:
    """Draw traders with replacement: how often each row is then taken, once per draw."""
    rng = np.random.default_rng(DRAWS_SEED)
    _, owner = np.unique(traders, return_inverse=True)
    count = int(owner.max()) + 1
    return [np.bincount(rng.integers(0, count, count), minlength=count)[owner] for _ in range(DRAWS)]


def _judge(frame: TrainingFrame, test: Rows, ranking: Floats, draws: list[Rows]) -> _Judged:
    outcome, lost = frame.is_loss[test], frame.loss_sol[test]
    # Sorted once: a draw is then a weight per row, and no draw sorts anything.
    order = np.argsort(ranking, kind="stable")
    drawn = [_weighted(outcome[order], lost[order], taken[order]) for taken in draws]
    return _Judged(auc(outcome, ranking), top_share(ranking, lost), np.array(drawn))


def _weighted(outcome: Flags, lost: Floats, taken: Rows) -> tuple[float, float]:
    """Compute the AUC and the share of the SOL lost in the top tenth, of rows from lowest to highest rank."""
    without = np.where(outcome, 0, taken)
    below = np.cumsum(without) - without
    positive = taken * outcome
    concordant = float((positive * below).sum()) / (float(positive.sum()) * float(without.sum()))
    from_top = np.cumsum(taken[::-1])[::-1]
    amounts = taken * lost
    return concordant, float(amounts[from_top <= taken.sum() * TOP].sum() / amounts.sum())


def _figures(judged: _Judged, beside: _Judged | None) -> dict[str, object]:
    """Name what was measured; `beside` another model: how much more that one has, drawn by drawn."""
    if beside is None:
        low, high = np.percentile(judged.drawn, _OUTER, axis=0).round(4).tolist()
        interval = {"auc_interval": [low[0], high[0]], "sol_captured_interval": [low[1], high[1]]}
        return {"auc": round(judged.auc, 4), "sol_captured": round(judged.captured, 4), **interval}
    low, high = np.percentile(beside.drawn - judged.drawn, _OUTER, axis=0).round(4).tolist()
    return {
        "auc_added": round(beside.auc - judged.auc, 4),
        "auc_added_interval": [low[0], high[0]],
        "sol_captured_added": round(beside.captured - judged.captured, 4),
        "sol_captured_added_interval": [low[1], high[1]],
    }
