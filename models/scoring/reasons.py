"""Explains why a score is high, in groups of features: what goes along with the risk, not what causes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import trees
from .arrays import Floats
from .errors import ScoringError
from .peers import Peers
from .sentences import ONE_POINT, Places, Sentences

if TYPE_CHECKING:
    from lightgbm import Booster

    from .calibration import Calibrator
    from .served import Input

Split = Callable[["Booster", Floats], Floats]

#: So many groups are named, if so many raise the risk; from the fourth on only what adds a point to the score.
FIRST_REASONS, MOST_REASONS = 3, 5

#: What differs from the usual by less than this part of the larger, or in the logarithm of a time, is as usual: it is
#: written in three digits.
NEAR = 0.01

#: Rows explained at once: contributions of a million rows would fill 1.5 GiB.
ROWS_AT_ONCE = 65_536

#: How far contributions may be from the log-odds that they explain.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Contributions:
    """Holds what each group of features adds to the calibrated log-odds of each row, and what all begin with.

    `by_group` has a column per entry of `groups`, `strongest` the input of the group that tells most, by its place, and
    `alone` what that one adds: nothing above 0 where no input of the group tells why the risk is higher.
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
        telling = [self._telling(single, x, own) for own in members]
        strongest, alone = (np.stack(parts, axis=1) for parts in zip(*telling, strict=True))
        found = Contributions(groups, single[:, -1] + self.calibrator.intercept, by_group, strongest, alone)
        if (off := np.abs(found.log_odds - log_odds)).size and off.max() > TOLERANCE:
            raise ScoringError(f"Contributions are {off.max():.1e} off the log-odds that they explain. Train it again.")
        return found

    def _telling(self, single: Floats, x: Floats, own: Places) -> tuple[Places, Floats]:
        """Find, of these inputs, the one that tells most why the risk of each row is higher, and what it adds.

        A value that is as usual tells nobody anything, whatever the trees make of it; one that is missing is told only
        where none that is known adds to the risk.
        """
        added, value, median = single[:, own], x[:, own], self._medians[own]
        size = np.where(self._is_logarithm[own], 1.0, np.maximum(np.abs(value), np.abs(median)))
        is_known = np.isfinite(value)
        with np.errstate(invalid="ignore"):
            is_usual = np.abs(value - median) <= NEAR * size
        known = np.where(is_known & ~is_usual, added, -np.inf)
        missing = np.where(is_known, -np.inf, added)
        told = np.where((known.max(axis=1) > 0)[:, None], known, missing)
        place = np.argmax(told, axis=1)
        return own[place], np.maximum(told[np.arange(len(x)), place], 0.0)

    @cached_property
    def _medians(self) -> Floats:
        return (self.peers or Peers(())).of([given.name for given in self.inputs])

    @cached_property
    def _is_logarithm(self) -> npt.NDArray[np.bool_]:
        return np.array([given.unit == "log_seconds" for given in self.inputs])

    def reasons(self, x: Floats, log_odds: Floats) -> list[str]:
        """List, per row and as JSON, the three to five groups that raise the risk most, the strongest first.

        `log_odds` are what the calibrated model answered, which the parts have to add up to.

        Each has the group's contribution to the calibrated log-odds, its strongest feature and what that adds by
        itself, the feature's value and its median among all wallets (null where missing), and a sentence. A figure may
        raise the risk on either side of the usual, so the sentence says what this value adds. Groups none of whose
        figures is another than the usual, and adds to the risk, are not named.
        """
        parts = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(x), ROWS_AT_ONCE)]
        return [text for part in parts for text in self._reasons(x[part], log_odds[part])]

    def _reasons(self, x: Floats, log_odds: Floats) -> list[str]:
        found = self.contributions(x, log_odds)
        # A group of which there is nothing to tell is not named.
        by_group = np.where(found.alone > 0, found.by_group, -np.inf)
        order = np.argsort(-by_group, axis=1, kind="stable")[:, :MOST_REASONS]
        texts, rows = Sentences(self.inputs), np.arange(len(x))
        listed = []
        for rank, group in enumerate(order.T):
            added, feature, alone = (values[rows, group] for values in (by_group, found.strongest, found.alone))
            is_named = added > (0.0 if rank < FIRST_REASONS else ONE_POINT)
            text = texts.reasons(feature, added, alone, x[rows, feature], self._medians[feature])
            # The strongest come first, so what is named never follows what is not. Arrow's join loses rows of nulls
            # alone.
            named = pc.binary_join_element_wise(", " if rank else "", text, "")
            listed.append(pc.if_else(pa.array(is_named), named, ""))
        whole: list[str] = pc.binary_join_element_wise("[", *listed, "]", "").to_pylist()
        return whole
