"""Explains why a score is high, in groups of features: what goes along with the risk, not what causes it."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Floats

if TYPE_CHECKING:
    from lightgbm import Booster

MOST_REASONS = 3

#: What is said of a group that raises the risk; groups are the modules of `features`.
TEXTS = {
    "activity": "How much and how often this wallet trades goes along with higher risk.",
    "chasing": "How this wallet stakes and waits after a loss or a win goes along with higher risk.",
    "disposition": "Which positions this wallet sells, keeps and adds to goes along with higher risk.",
    "diversity": "The number and choice of tokens that this wallet trades go along with higher risk.",
    "entries": "How early and at which price this wallet buys in, and how it gets out, go along with higher risk.",
    "holding": "How long this wallet holds its positions goes along with higher risk.",
    "insiders": "Signs of automated or coordinated buying by this wallet go along with higher risk.",
    "lifetime": "This wallet's record since it was first seen goes along with higher risk.",
    "losses": "Recent losses, losing streaks and fees of this wallet go along with higher risk.",
    "market": "The state of the market as a whole goes along with higher risk.",
    "outcomes": "What this wallet's closed positions made goes along with higher risk.",
    "paths": "The course of what this wallet is worth goes along with higher risk.",
    "positions": "What this wallet still holds, and what it would fetch, goes along with higher risk.",
    "relative": "Where this wallet stands among all others of the day goes along with higher risk.",
    "rhythm": "The pauses and sittings of this wallet's trading go along with higher risk.",
    "sizing": "The size of this wallet's buys and its trend go along with higher risk.",
    "tokens": "What became of the tokens that this wallet bought goes along with higher risk.",
    "stakes": "The stakes with which this wallet opens positions go along with higher risk.",
    "timing": "When this wallet trades and how long it holds go along with higher risk.",
}


def reasons(
    booster: "Booster", x: Floats, names: Sequence[str], groups: Sequence[str], slope: float = 1.0
) -> list[str]:
    """List, per row and as JSON, the up to three groups that raise the risk most, the strongest first.

    Each has the group's summed contribution in calibrated log-odds (`slope` is the calibrator's), its strongest feature
    and that feature's value (null where missing). Summing over groups keeps correlated features from hiding each other.
    """
    if not len(x):
        return []
    single = np.asarray(booster.predict(x, pred_contrib=True), dtype=np.float64)[:, :-1] * slope
    kinds = sorted(set(groups))
    member = np.array([[group == kind for kind in kinds] for group in groups], dtype=np.float64)
    summed = single @ member
    strongest = [np.flatnonzero(member[:, kind]) for kind in range(len(kinds))]
    top = np.argsort(-summed, axis=1, kind="stable")[:, :MOST_REASONS]
    listed = (
        [
            _reason(kinds[group], summed[row, group], strongest[group], single[row], x[row], names)
            for group in top[row]
            if summed[row, group] > 0
        ]
        for row in range(len(x))
    )
    return [json.dumps(named) for named in listed]


def _reason(
    group: str, contribution: float, members: Any, single: Floats, values: Floats, names: Sequence[str]
) -> dict[str, Any]:
    best = int(members[np.argmax(single[members])])
    value = float(values[best])
    return {
        "group": group,
        "text": TEXTS.get(group, f"This wallet's features of the group {group} go along with higher risk."),
        "contribution": round(float(contribution), 6),
        "feature": names[best],
        "value": value if np.isfinite(value) else None,
    }
