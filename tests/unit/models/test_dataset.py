"""Rows and columns of a training frame."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from models.dataset import assemble, matrix, numbered
from pumploss.errors import ModelError


def rows(**more):
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in (2, 1, 1)]
    given = {
        "trader_address": ["ann", "bob", "ann"],
        "event_timestamp": at,
        "is_loss": [True, False, True],
        "is_severe_loss": [False, False, True],
        "is_exposed": [True, True, True],
        "outcome_lamports": [-2_000_000_000, 5, -1],
        "loss_24h_sol": [-1.5, None, 20.0],
        "loss_trades_24h": [2, 0, 1],
        "buy_sol_7d": [1.0, 2.0, None],
        "flag": [True, None, False],
    }
    return pl.DataFrame({**given, **more})


def test_rows_are_sorted_and_the_matrix_is_in_the_order_of_names():
    frame = assemble(rows(), ["loss_trades_24h", "flag"])
    assert frame.trader.tolist() == ["ann", "bob", "ann"]
    assert frame.trader_number.tolist() == [0, 1, 0]
    assert frame.trader_number.dtype == np.int32
    assert frame.x.dtype == np.float32
    np.testing.assert_array_equal(frame.x, [[1, 0], [0, np.nan], [2, 1]])
    assert frame.formula.tolist() == [100.0, 0.0, 19.0]
    assert frame.pnl_sol.tolist() == [-1e-9, 5e-9, -2.0]
    assert frame.volume.tolist() == [0.0, 2.0, 1.0]


def test_the_digest_does_not_depend_on_the_order_of_rows_but_on_every_value():
    names = ["loss_trades_24h", "flag"]
    digest = assemble(rows(), names).sha256
    assert assemble(rows().reverse(), names).sha256 == digest
    assert assemble(rows(outcome_lamports=[-2_000_000_000, 6, -1]), names).sha256 != digest
    assert assemble(rows(), ["flag", "loss_trades_24h"]).sha256 != digest
    assert assemble(rows(trader_address=["ann", "bob", "amy"]), names).sha256 != digest


def test_the_digest_is_the_same_however_many_rows_are_taken_at_once(monkeypatch):
    frames = [assemble(rows(), ["loss_trades_24h", "flag"]) for _ in range(2)]
    digest = frames[0].sha256
    monkeypatch.setattr("models.dataset.ROWS_AT_ONCE", 2)
    assert frames[1].sha256 == digest


def test_wallets_are_numbered_by_their_order():
    number, addresses = numbered(np.array(["bob", "ann", "bob", "cid"]))
    assert (number.tolist(), addresses.tolist()) == ([1, 0, 1, 2], ["ann", "bob", "cid"])


def test_a_trader_twice_at_one_time_and_a_missing_column_are_refused():
    with pytest.raises(ModelError, match="ann stands twice at T = 2026-01-01"):
        assemble(rows(trader_address=["ann", "ann", "ann"]), ["flag"])
    with pytest.raises(ModelError, match="lack hold_duration"):
        assemble(rows(), ["hold_duration"])
    with pytest.raises(ModelError, match=r"not numeric \['trader_address'\]"):
        matrix(rows(), ["trader_address"])
