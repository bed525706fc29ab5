"""Sums the locked days up in few numbers, out of which a report draws its lines without loading data again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from models.baselines import Contender
from models.bootstrap import Draws
from models.dataset import Flags, TrainingFrame
from models.drift import spread
from models.metrics import top_share
from models.scoring.arrays import Floats, Matrix

if TYPE_CHECKING:
    from lightgbm import Booster

#: Bins of equally many rows of the reliability curve.
RELIABILITY_BINS = 15
#: Shares of all rows whose part of the SOL lost a gain curve shows.
SHARES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
#: Rows whose contributions are computed: they cost a hundred times what a prediction does.
SAMPLED_ROWS = 2000
#: Rows on either side that tell how far an input has moved.
DRIFT_ROWS = 20_000
STRONGEST_INPUTS, EFFECT_POINTS, FARTHEST_INPUTS = 12, 10, 12
#: A single training day that lies so far off all of them has one value for everybody.
OF_THE_MARKET = 1.0
#: Digits that are kept: a line on a screen shows fewer.
DIGITS = 5

Row = dict[str, Any]


def reliability(outcome: Flags, p: Floats, draws: Draws) -> list[Row]:
    """Compare predicted and observed rates over bins of equally many rows, with 95 % intervals over traders."""
    order, found = np.argsort(p, kind="stable"), []
    for part in np.array_split(order, RELIABILITY_BINS):
        inside = np.zeros(len(p), dtype=bool)
        inside[part] = True
        if len(part):
            rate = draws.share(outcome & inside, inside)
            observed = {"observed": rate.value, "low": rate.low, "high": rate.high}
            found.append({"rows": len(part), "predicted": float(p[part].mean()), **observed})
    return [_rounded(row) for row in found]


def gains(model: Contender, rivals: Mapping[str, Contender], lost: Floats) -> dict[str, list[float | None]]:
    """Tell which part of the SOL lost the top shares of each ranking hold; `shares` says which, `oracle` the best."""
    rankings = {"model": model.by_money, **{name: rival.by_money for name, rival in rivals.items()}, "oracle": lost}
    found: dict[str, list[float | None]] = {"shares": list(SHARES)}
    for name, ranking in rankings.items():
        found[name] = [_plain(top_share(ranking, lost, share)) for share in SHARES]
    return found


def effects(booster: "Booster", x: Matrix, rows: Flags) -> list[Row]:
    """Show how the strongest inputs move the log-odds of the main question, by SHAP values of a sample of these rows.

    Each has its share of all effects, and points: the median value of a tenth of the rows, and the mean effect there;
    rows without a value come as one point whose value is None.
    """
    places = np.flatnonzero(rows)
    sample = x[places[:: 1 + len(places) // SAMPLED_ROWS]]
    single = np.asarray(booster.predict(sample, pred_contrib=True), dtype=np.float64)[:, :-1]
    strength = np.abs(single).mean(axis=0)
    total, names = float(strength.sum()) or 1.0, booster.feature_name()
    return [
        {
            "name": names[place],
            "share": _plain(strength[place] / total),
            "points": _points(sample[:, place], single[:, place]),
        }
        for place in np.argsort(-strength, kind="stable")[:STRONGEST_INPUTS]
        if strength[place] > 0
    ]


def _points(values: Matrix, effect: Floats) -> list[list[float | None]]:
    known = np.flatnonzero(~np.isnan(values))
    found: list[list[float | None]] = []
    if len(known) < len(values):
        found.append([None, _plain(effect[np.isnan(values)].mean())])
    tenths = np.array_split(known[np.argsort(values[known], kind="stable")], EFFECT_POINTS)
    return found + [
        [_plain(float(np.median(values[part]))), _plain(effect[part].mean())] for part in tenths if len(part)
    ]


def drift(frame: TrainingFrame, learned: Flags, tested: Flags) -> list[Row]:
    """List the inputs whose later rows lay farthest off those learned from, and how far single days of these did.

    Figures of the whole market, of which every single day lies far off all of them, are left out.
    """
    early, late = (rows[:: 1 + len(rows) // DRIFT_ROWS] for rows in (np.flatnonzero(learned), np.flatnonzero(tested)))
    found: list[Row] = []
    for place, name in enumerate(frame.names):
        before = spread(frame.x[early, place], frame.as_of[early])
        if before.usual_psi < OF_THE_MARKET:
            farthest = _plain(before.usual_psi)
            found.append({"name": name, "psi": _plain(before.psi(frame.x[late, place])), "usual": farthest})
    return sorted(found, key=lambda row: -(row["psi"] or 0.0))[:FARTHEST_INPUTS]


def _rounded(row: Row) -> Row:
    return {name: _plain(value) if isinstance(value, float) else value for name, value in row.items()}


def _plain(value: float) -> float | None:
    """Round for JSON, in which what is not a number is None."""
    return round(float(value), DIGITS) if np.isfinite(value) else None
