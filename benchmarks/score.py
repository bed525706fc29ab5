"""What scoring a crowd takes: answers, then reasons, in this process; and the whole step, as a night runs it.

Both models are trained on a small history of a like crowd (see `train`) and promoted by hand. `answers` are all
probabilities, amounts and scores; `reasons` come on top of them, for every trader.
"""

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from benchmarks.crowd import FIRST_DAY, Crowd
from benchmarks.crowd_features import feature_rows
from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from benchmarks.train import STEPS, append, write_history
from features.registry import TABLE
from jobs.running.context import Context, open_context
from jobs.running.runner import run_step
from models.dataset import Floats, matrix
from models.loss_model import SPEC as LOSS
from models.registry import CHALLENGER, Registry
from models.risk_model import SPEC as RISK
from models.scoring.reasons import Explainer
from models.serving import Pair
from models.shapley.splitting import split

TRADERS = 1_000_000
#: Traders and days of the history that the models learn from, and rows that are answered at once.
_HISTORY = (1_000, 47)
_BATCH = 10_000


def run(traders: int = TRADERS) -> Iterator[str]:
    """Print what so many traders of one T take: answers, reasons, and the step."""
    with (
        tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder,
        open_context(settings_in(Path(folder))) as context,
    ):
        pair, last = _pair(context)
        crowd, number = Crowd(traders, 0, seed=2), (last - FIRST_DAY).days + 1
        append(context, TABLE, feature_rows(crowd, number))
        frame = pl.DataFrame(pl.from_arrow(feature_rows(crowd, number).select(pair.columns)))
        answered: list[Floats] = []
        for case in ("answers", "reasons"):
            cpu = time.process_time()
            with stopwatch() as elapsed:
                for batch, rows in enumerate(frame.iter_slices(_BATCH)):
                    if case == "answers":
                        answered.append(_answers(pair, rows))
                    else:
                        _reasons(pair, rows, answered[batch])
                seconds, peak = elapsed()
            yield line(
                "score", case, "lightgbm", traders, seconds, peak, cpu_seconds=round(time.process_time() - cpu, 2)
            )
        cpu = time.process_time()
        with stopwatch() as elapsed:
            report = run_step(context, "gold_scores", [last])
            seconds, peak = elapsed()
        yield line(
            "score", "gold_scores", "embedded", report.day(last).rows_written, seconds, peak,
            cpu_seconds=round(time.process_time() - cpu, 2), skipped=report.skipped,
        )  # fmt: skip


def _pair(context: Context) -> tuple[Pair, date]:
    """Train and promote both models; answers them, and the day as of whose close they were trained."""
    last, registry, served = write_history(context, Crowd(_HISTORY[0], 0), _HISTORY[1]), Registry(context.settings), []
    for step, spec in zip(STEPS, (LOSS, RISK), strict=True):
        run_step(context, step, [last])
        version = registry.version(spec.name, CHALLENGER)
        assert version is not None
        registry.promote(spec.name, version, why="benchmark")
        served.append(registry.load(spec.name, version))
    return Pair(*served), last


def _answers(pair: Pair, rows: pl.DataFrame) -> Floats:
    assert pair.risk.score_map is not None
    pair.loss.predictor.losses(matrix(rows, pair.loss.names))
    log_odds = pair.risk.predictor.log_odds(matrix(rows, pair.risk.names))
    pair.risk.score_map.score(log_odds)
    return log_odds


def _reasons(pair: Pair, rows: pl.DataFrame, log_odds: Floats) -> None:
    risk = pair.risk
    explainer = Explainer(risk.booster, risk.calibrator, risk.inputs, risk.peers, split)
    explainer.reasons(matrix(rows, risk.names), log_odds)
