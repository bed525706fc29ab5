"""What a slice of published rows says of them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from pumploss.tables import gold_market_day, gold_scores
from pumploss.warm import slices
from pumploss.warm.tables import MARKET_DAYS, SCORE_DAYS, TRADES


def test_a_slice_states_exact_sums() -> None:
    trades = pa.table(
        {
            "traded_at": pa.array([datetime(2026, 1, 31, 1, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC")),
            "trade_id": ["b", "a"],
            "trader_address": ["y", "x"],
            **{name: ["x", "y"] for name in ("token_mint", "signature")},
            "direction": ["sell", "buy"],
            "token_units": [5, 7],
            "token_decimals": pa.array([9, 6], pa.int32()),
            "sol_lamports": [2**63 - 1, 2**63 - 1],
            "pnl_lamports": [-3, None],
        }
    )
    found = slices.trade_slice(trades)
    assert found.rows["trade_id"].to_pylist() == ["a", "b"]
    assert found.rows["token_amount"].to_pylist() == ["7e-6", "5e-9"]
    assert found.sums == {
        "sol_amount": Decimal("18446744073.709551614"),
        "pnl_sol": Decimal("-3e-9"),
    }
    assert tuple(found.rows.column_names) == TRADES.names


def test_days_of_the_market_are_in_sol() -> None:
    names = [column.name for column in gold_market_day.TABLE.columns]
    days = pa.table({name: pa.array([10, 20]) for name in names if name != "day"})
    days = days.append_column("day", pa.array([date(2026, 1, 31), date(2026, 1, 30)]))
    days = days.set_column(
        days.column_names.index("realised_loss_lamports"), "realised_loss_lamports", pa.array([-(2**62), -(2**62)])
    )
    found = slices.market_slice(days)
    assert tuple(found.rows.column_names) == MARKET_DAYS.names
    assert found.rows["day"].to_pylist() == [date(2026, 1, 30), date(2026, 1, 31)]
    assert found.rows["tokens"].to_pylist() == [20, 10]
    assert found.rows["volume_sol"].to_pylist() == ["20e-9", "10e-9"]
    assert found.sums["loss_sol"] == Decimal("-9223372036.854775808")


def test_scores_of_a_day_are_in_the_order_of_traders() -> None:
    names = {column.name: column.type.arrow for column in gold_scores.TABLE.columns}
    scores = pa.table({name: pa.nulls(2, kind) for name, kind in names.items()})
    scores = scores.set_column(0, "trader_address", pa.array(["b", "a"]))
    scores = scores.set_column(scores.column_names.index("score_day"), "score_day", pa.array([date(2026, 2, 1)] * 2))
    found = slices.score_day_slice(scores).rows
    assert tuple(found.column_names) == SCORE_DAYS.names
    assert found["trader_address"].to_pylist() == ["a", "b"]
    assert found["day"].to_pylist() == [date(2026, 2, 1)] * 2
