"""What a slice of published rows says of them."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

from pumploss.warm import slices
from pumploss.warm.tables import TRADES


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
