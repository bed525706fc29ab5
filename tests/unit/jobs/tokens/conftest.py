"""What tests of tokens share: mint-days of tapes, with the checks that fail on them."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs import gold_token_day
from pumploss import checks
from pumploss.tables import silver_trade_pnl, silver_trader_mint_day, silver_trades
from pumploss.tables.gold_token_day import TABLE


@pytest.fixture
def token_days(frame, rows_of):
    """Rows by mint and day, and failed checks by day, from the trades of one mint, or of several by name."""

    def token_days(trades, before=()):
        mints = trades if isinstance(trades, dict) else {"m": trades}
        named = [
            {
                "traded_at": datetime(row["day"].year, row["day"].month, row["day"].day, tzinfo=UTC)
                + timedelta(hours=n % 20),
                "token_mint": mint,
                "trade_id": f"{mint}{n}",
                "venue": "pump_curve",
                "amount_basis": "curve",
                "fee_source": "event",
                "token_decimals": 6,
                "source": "canonical",
                "order_in_mint_day": n + 1,
                **{name: value for name, value in row.items() if name != "day"},
            }
            for mint, rows in mints.items()
            for n, row in enumerate(rows)
        ]
        results = [
            {
                **{name: row[name] for name in ("token_mint", "traded_at", "direction", "token_units")},
                **{name: row.get(name, 0) for name in ("sol_lamports", "fee_lamports")},
                "trade_id": row["trade_id"],
                "buy_cost_lamports": (row["sol_lamports"] + row["fee_lamports"]) * (row["direction"] == "buy"),
                "matched_units": row["token_units"] * (row["direction"] == "sell"),
            }
            for row in named
        ]
        found = gold_token_day.transform(
            frame(silver_trades.TABLE, *named),
            frame(silver_trade_pnl.TABLE, *results),
            frame(silver_trader_mint_day.TABLE),
            frame(TABLE, *before),
        )
        rows = rows_of(found, "token_mint", "day")
        verdicts = checks.judge(checks.measure(TABLE, frame(TABLE, *rows)))
        return rows, {(verdict.day, verdict.check.severity.value) for verdict in verdicts}

    return token_days
