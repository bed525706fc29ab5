"""Writes reasons as people read them: what a figure of a wallet is, how it stands to the usual, and what it adds."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .arrays import Floats
from .coherent import ABOVE_P50
from .shown import NOTHING_KNOWN, numbers, rounded, shown

if TYPE_CHECKING:
    from .coherent import Implied
    from .served import Input

Places = npt.NDArray[np.int64]

#: A point of the score, in log-odds.
ONE_POINT = float(np.log(2.0)) / 5

#: What is said of a value below, at and above the usual; in the second row, where both are below 0.
RELATIONS = np.array([
    [", below the usual ", ", no other than the usual ", ", above the usual "],
    [", further below 0 than the usual ", ", no other than the usual ", ", less far below 0 than the usual "],
])  # fmt: skip


class Sentences:
    """Writes reasons of many rows at once: what is the same for a feature is written once."""

    def __init__(self, inputs: "Sequence[Input]") -> None:
        self._units = np.array([given.unit for given in inputs])
        heads = [{"group": given.group, "feature": given.name} for given in inputs]
        self._heads = pa.array([f'{json.dumps(head)[:-1]}, "contribution": ' for head in heads])
        self._topics = pa.array([_inside(f"{given.topic or given.group}: ") for given in inputs])
        self._meanings = pa.array([_inside(f" ({given.meaning or given.name}).") for given in inputs])

    def reasons(self, feature: Places, added: Floats, alone: Floats, value: Floats, median: Floats) -> pa.Array:
        """Write one reason per row, as a JSON object: `feature` is the place of an input, which adds so much alone."""
        units, place = self._units[feature], pa.array(feature)
        said, usual = shown(value, units), shown(median, units)
        is_known = pc.and_(pc.not_equal(said, NOTHING_KNOWN), pc.not_equal(usual, NOTHING_KNOWN))
        compared = pc.if_else(
            is_known, pc.binary_join_element_wise(_relation(value, median, pc.equal(said, usual)), usual, ""), ""
        )
        return pc.binary_join_element_wise(
            pc.take(self._heads, place), numbers(added), ', "feature_contribution": ', numbers(alone), ', "value": ',
            numbers(value), ', "peer_median": ', numbers(median), ', "text": "', pc.take(self._topics, place), said,
            compared, pc.take(self._meanings, place), " Alone it adds ", points(alone), '."}', "",
        )  # fmt: skip


def bounded(listed: list[str], moved: Floats, p_loss: Floats, least: "Implied") -> list[str]:
    """Add to each row's reasons what the loss model takes off the log-odds, or adds to them.

    No severe loss is likelier than a loss, or less likely than one that is always severe. With it all contributions,
    and what every wallet begins with, sum up to the log-odds that are published. Rows that nothing moves stay as they
    are.
    """
    is_moved = moved != 0
    if not is_moved.any():
        return listed
    by, chance = moved[is_moved], p_loss[is_moved]
    held = _entries(
        "p_loss", by, chance, "share",
        "No wallet loses severely more often than it loses: ", " is the chance of any loss, which takes off ",
    )  # fmt: skip
    sol, is_half = least.quantile_sol[is_moved], least.p_severe[is_moved] >= ABOVE_P50
    raised = [
        _entries(name, by, sol, "sol", f"One in {part} such wallets loses at least ", ", which is always severe: adds ")
        for name, part in (("loss_p90_sol", "ten"), ("loss_p50_sol", "two"))
    ]
    entries = pc.if_else(pa.array(by < 0), held, pc.if_else(pa.array(is_half), raised[1], raised[0]))
    more = iter(entries.to_pylist())
    return [
        f"{text[:-1]}{', ' if text != '[]' else ''}{next(more)}]" if is_bound else text
        for text, is_bound in zip(listed, is_moved, strict=True)
    ]


def _entries(name: str, moved: Floats, value: Floats, unit: str, before: str, after: str) -> pa.Array:
    """Write what an answer of the loss model moves the log-odds by, as JSON objects like reasons."""
    said = shown(value, np.full(len(value), unit))
    return pc.binary_join_element_wise(
        f'{{"group": "{name}", "feature": "{name}", "contribution": ', numbers(moved), ', "feature_contribution": ',
        numbers(moved), ', "value": ', numbers(value), f', "peer_median": null, "text": "{before}', said, after,
        points(np.abs(moved)), '."}', "",
    )  # fmt: skip


def points(log_odds: Floats) -> pa.Array:
    """Write log-odds as points of the score."""
    text = pa.array(rounded(log_odds / ONE_POINT)).cast(pa.string())
    return pc.binary_join_element_wise(text, pc.if_else(pc.equal(text, "1"), " point", " points"), "")


def _relation(value: Floats, median: Floats, is_same: pa.Array) -> pa.Array:
    """Say how each value stands to what is usual. Below 0 more is lost the lower it is: "below" would read as less.

    `is_same` tells where both are written alike.
    """
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(value - median)).astype(np.int64)
    side = np.where(np.asarray(is_same), 0, side) + 1
    is_negative = ((value < 0) & (median < 0)).astype(np.int64)
    return pa.array(RELATIONS[is_negative, side])


def _inside(text: str) -> str:
    """Write a part of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
