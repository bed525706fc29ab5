"""Effects within groups, and shares."""

import numpy as np
import polars as pl
import pytest

from simulator.estimates import share, within


def test_an_effect_is_found_whatever_differs_between_groups() -> None:
    rng = np.random.default_rng(1)
    trader = np.repeat(np.arange(200), 20)
    cause = rng.random(4000) + trader  # groups with more of the cause have less of the outcome
    outcome = 2 * cause - 5 * trader + rng.standard_normal(4000)
    estimate = within(pl.DataFrame({"trader": trader, "cause": cause, "outcome": outcome}), "outcome", ["cause"])[0]
    assert estimate.low < 2 < estimate.high
    assert estimate.error == pytest.approx(0.055, rel=0.2)


def test_dependence_within_groups_widens_the_interval() -> None:
    rng = np.random.default_rng(2)
    trader = np.repeat(np.arange(100), 20)
    own = np.repeat(rng.standard_normal(100), 20)
    cause = rng.standard_normal(2000)
    rows = pl.DataFrame({"trader": trader, "cause": cause, "outcome": own * cause})
    alone = rows.with_columns(outcome=pl.Series(rng.standard_normal(2000)))
    assert within(rows, "outcome", ["cause"])[0].error > 3 * within(alone, "outcome", ["cause"])[0].error


def test_too_little_says_nothing() -> None:
    rows = pl.DataFrame({"trader": [1, 1], "cause": [1.0, 1.0], "outcome": [0.0, 1.0]})
    assert np.isnan(within(rows, "outcome", ["cause"])[0].value)
    assert np.isnan(share(pl.Series([], dtype=pl.Boolean)).value)


def test_a_share_has_its_error() -> None:
    assert share(pl.Series([True] * 20 + [False] * 80)) == pytest.approx((0.2, 0.04))
