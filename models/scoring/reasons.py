"""Explains why a score is high, in groups of features: what goes along with the risk, not what causes it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import trees
from .arrays import Floats
from .errors import ScoringError
from .peers import Peers
from .shown import NOTHING_KNOWN, numbers, rounded, shown

if TYPE_CHECKING:
    from lightgbm import Booster

    from .calibration import Calibrator
    from .served import Input

Places = npt.NDArray[np.int64]
Split = Callable[["Booster", Floats], Floats]

#: So many groups are named, if so many raise the risk; from the fourth on only what adds a point to the score.
FIRST_REASONS, MOST_REASONS = 3, 5
ONE_POINT = float(np.log(2.0)) / 5

#: Rows explained at once: contributions of a million rows would fill 1.5 GiB.
ROWS_AT_ONCE = 65_536

#: What is said of a value below, at and above the usual; in the second row, where both are below 0.
RELATIONS = np.array([
    [", below the usual ", ", no other than the usual ", ", above the usual "],
    [", further below 0 than the usual ", ", no other than the usual ", ", less far below 0 than the usual "],
])  # fmt: skip

#: How far contributions may be from the log-odds that they explain.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Contributions:
    """Holds what each group of features adds to the calibrated log-odds of each row, and what all begin with.

    `by_group` has a column per entry of `groups`, `strongest` the input of the group that adds most, by its place, and
    `alone` what that one adds.
    """

    groups: tuple[str, ...]
    base: Floats
    by_group: Floats
    strongest: Places
    alone: Floats

    @property
    def log_odds(self) -> Floats:
        """Sum up."""
        total: Floats = self.base + self.by_group.sum(axis=1)
        return total


@dataclass(frozen=True)
class Explainer:
    """Explains the calibrated log-odds of a model's main question by its trees, calibrator, inputs and what is usual.

    `split` splits what the trees say among the inputs; whoever has a faster way than LightGBM's hands it in.
    """

    booster: "Booster"
    calibrator: "Calibrator"
    inputs: "Sequence[Input]"
    peers: "Peers | None" = None
    split: Split = trees.split

    def contributions(self, x: Floats, log_odds: Floats) -> Contributions:
        """Split the calibrated log-odds of rows among the groups of the inputs.

        Summing over groups keeps correlated features from hiding each other. Raises ScoringError where the parts do not
        add up to the `log_odds` that were answered.
        """
        single = self.split(self.booster, x) * self.calibrator.slope
        groups = tuple(sorted({given.group for given in self.inputs}))
        members = [np.array([n for n, given in enumerate(self.inputs) if given.group == group]) for group in groups]
        # Sums of a row's own values in one order: a row's parts do not depend on the rows beside it.
        by_group = np.add.reduceat(single[:, np.concatenate(members)], np.cumsum([0, *map(len, members[:-1])]), axis=1)
        strongest = np.stack([own[np.argmax(single[:, own], axis=1)] for own in members], axis=1)
        alone = np.take_along_axis(single, strongest, axis=1)
        found = Contributions(groups, single[:, -1] + self.calibrator.intercept, by_group, strongest, alone)
        if (off := np.abs(found.log_odds - log_odds)).size and off.max() > TOLERANCE:
            raise ScoringError(f"Contributions are {off.max():.1e} off the log-odds that they explain. Train it again.")
        return found

    def reasons(self, x: Floats, log_odds: Floats) -> list[str]:
        """List, per row and as JSON, the three to five groups that raise the risk most, the strongest first.

        `log_odds` are what the calibrated model answered, which the parts have to add up to.

        Each has the group's contribution to the calibrated log-odds, its strongest feature and what that adds by
        itself, the feature's value and its median among all wallets (null where missing), and a sentence. A figure may
        raise the risk on either side of the usual, so the sentence says what this value adds.
        """
        parts = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(x), ROWS_AT_ONCE)]
        return [text for part in parts for text in self._reasons(x[part], log_odds[part])]

    def _reasons(self, x: Floats, log_odds: Floats) -> list[str]:
        found = self.contributions(x, log_odds)
        medians = (self.peers or Peers(())).of([given.name for given in self.inputs])
        order = np.argsort(-found.by_group, axis=1, kind="stable")[:, :MOST_REASONS]
        texts, rows = Sentences(self.inputs), np.arange(len(x))
        listed = []
        for rank, group in enumerate(order.T):
            added, feature, alone = (values[rows, group] for values in (found.by_group, found.strongest, found.alone))
            is_named = added > (0.0 if rank < FIRST_REASONS else ONE_POINT)
            text = texts.reasons(feature, added, alone, x[rows, feature], medians[feature])
            # The strongest come first, so what is named never follows what is not. Arrow's join loses rows of nulls
            # alone.
            named = pc.binary_join_element_wise(", " if rank else "", text, "")
            listed.append(pc.if_else(pa.array(is_named), named, ""))
        whole: list[str] = pc.binary_join_element_wise("[", *listed, "]", "").to_pylist()
        return whole


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
        compared = pc.if_else(is_known, pc.binary_join_element_wise(_relation(value, median), usual, ""), "")
        return pc.binary_join_element_wise(
            pc.take(self._heads, place), numbers(added), ', "feature_contribution": ', numbers(alone), ', "value": ',
            numbers(value), ', "peer_median": ', numbers(median), ', "text": "', pc.take(self._topics, place), said,
            compared, pc.take(self._meanings, place), " Alone it adds ", points(alone), '."}', "",
        )  # fmt: skip


def bounded(listed: list[str], held_back: Floats, p_loss: Floats) -> list[str]:
    """Add to each row's reasons what the probability of a loss, which no severe one passes, takes off the log-odds.

    With it all contributions, and what every wallet begins with, sum up to the log-odds that are published. Rows whose
    log-odds are held back by nothing stay as they are.
    """
    is_bound = held_back < 0
    if not is_bound.any():
        return listed
    taken, chance = held_back[is_bound], p_loss[is_bound]
    said = shown(chance, np.full(len(chance), "share"))
    entries = pc.binary_join_element_wise(
        '{"group": "p_loss", "feature": "p_loss", "contribution": ', numbers(taken), ', "feature_contribution": ',
        numbers(taken), ', "value": ', numbers(chance), ', "peer_median": null, "text": "No wallet loses severely '
        "more often than it loses: ", said, " is the chance of any loss, which takes off ", points(-taken), '."}', "",
    )  # fmt: skip
    more = iter(entries.to_pylist())
    return [
        f"{text[:-1]}{', ' if text != '[]' else ''}{next(more)}]" if is_held else text
        for text, is_held in zip(listed, is_bound, strict=True)
    ]


def points(log_odds: Floats) -> pa.Array:
    """Write log-odds as points of the score."""
    text = pa.array(rounded(log_odds / ONE_POINT)).cast(pa.string())
    return pc.binary_join_element_wise(text, pc.if_else(pc.equal(text, "1"), " point", " points"), "")


def _relation(value: Floats, median: Floats) -> pa.Array:
    """Say how each value stands to what is usual. Below 0 more is lost the lower it is: "below" would read as less."""
    with np.errstate(invalid="ignore"):
        side = np.nan_to_num(np.sign(rounded(value) - rounded(median))).astype(np.int64) + 1
    is_negative = ((value < 0) & (median < 0)).astype(np.int64)
    return pa.array(RELATIONS[is_negative, side])


def _inside(text: str) -> str:
    """Write a part of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
