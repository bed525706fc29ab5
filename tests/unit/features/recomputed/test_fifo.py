"""The plain walk of one position says what the compiled one says, and cuts its trades into the same positions."""

from random import Random

import pyarrow as pa
import pytest

from features.recomputed.fifo import MOST, replay
from features.recomputed.given import DAY_MICROS, Lot, Trade
from pnl import walk_rows
from pnl.cohort import LOT_COLUMNS, TRADE_COLUMNS
from pumploss.tables import silver_open_lots, silver_trades

DAY = 20_000


def random_trades(draw: Random) -> list[Trade]:
    """Trades of one position: sold short, sold out, sold to within the noise of a source, some of nothing."""
    trades, held = [], 0
    for number in range(draw.randrange(2, 14)):
        is_buy = draw.random() < 0.5
        units = draw.choice([0, 1, 7, draw.randrange(10**6), draw.randrange(10**15)]) if is_buy else None
        if units is None:
            units = draw.choice([held, max(held - draw.randrange(30), 0), draw.randrange(10**6), held * 2 + 1])
        if is_buy and draw.random() < 0.05:
            units = MOST - draw.randrange(3)
        held = min(held + units, MOST) if is_buy else max(held - units, 0)
        at = DAY * DAY_MICROS + number * 1_000_000 * draw.randrange(1, 3_000)
        lamports, fee = draw.choice([0, draw.randrange(10**12)]), draw.randrange(10**7)
        resolution = draw.choice([0, 0, 25])
        units = min(units, MOST)
        trades.append(Trade("m", DAY, number + 1, at, None, None, None, is_buy, units, lamports, fee, resolution))
    return sorted(trades, key=lambda trade: trade.at)


def compiled(trades: list[Trade], lots: list[Lot], filled) -> list[dict[str, object]]:
    """Rows of `silver_trade_pnl` that the kernel makes of them."""
    rows = [
        {
            "trade_id": str(number), "traded_at": trade.at, "trader_address": "t", "token_mint": "m",
            "direction": "buy" if trade.is_buy else "sell", "token_units": trade.units, "fee_lamports": trade.fee,
            "sol_lamports": trade.lamports, "order_in_mint_day": number + 1, "resolution_units": trade.resolution,
        }
        for number, trade in enumerate(trades)
    ]  # fmt: skip
    held = [
        {
            "trader_address": "t", "token_mint": "m", "lot_index": lot.lot_index, "lot_id": "x",
            "opened_at": lot.opened_at, "open_units": lot.units, "open_cost_lamports": lot.cost,
            "resolution_units": lot.resolution,
        }
        for lot in lots
    ]  # fmt: skip
    made, _ = walk_rows(
        filled(TRADE_COLUMNS, silver_trades.TABLE, rows), filled(LOT_COLUMNS, silver_open_lots.TABLE, held)
    )
    return sorted(made.to_pylist(), key=lambda row: row["order_in_mint_day"])


@pytest.fixture
def filled():
    """`filled(names, table, rows)`: an Arrow table of these columns with neutral values for what rows leave out."""
    neutral = {"fee_source": "event", "amount_basis": "curve", "known_at": 0, "trade_date": DAY}
    more = {"is_fee_estimated": False, "trade_date": DAY}

    def fill(names, table, rows):
        fields = [(name, pa.int64() if name == "resolution_units" else table[name].type.arrow) for name in names]
        columns = {
            name: pa.array([row.get(name, {**neutral, **more}.get(name)) for row in rows], _storable(kind)).cast(kind)
            for name, kind in fields
        }
        return pa.table(columns)

    return fill


def _storable(kind):
    """Times and days are written as numbers."""
    return pa.int64() if pa.types.is_timestamp(kind) else pa.int32() if pa.types.is_date(kind) else kind


@pytest.mark.parametrize("seed", range(60))
def test_random_positions_are_walked_as_the_kernel_walks_them(seed, filled):
    draw = Random(seed)
    trades = random_trades(draw)
    lots = [
        Lot("m", number, DAY_MICROS + number, draw.randrange(1, 10**6), draw.randrange(10**9), draw.choice([0, 9]))
        for number in range(draw.randrange(3))
    ]
    plain = replay(trades, lots)
    for own, row in zip(plain, compiled(trades, lots, filled), strict=True):
        seconds = None if own.pnl is None else own.held_micros / 1e6
        assert (own.buy_cost, own.sold_cost, own.proceeds, own.pnl, own.units, own.cost, seconds) == (
            row["buy_cost_lamports"], row["sold_cost_lamports"], row["proceeds_lamports"], row["pnl_lamports"],
            row["position_units"], row["position_cost_lamports"], row["hold_seconds"],
        )  # fmt: skip
        assert own.is_aside == (own.trade.is_buy and row["unmatched_units"] > 0)


def test_the_trials_meet_what_is_rare():
    """Sales beyond stock, residues that are written off, and buys that are set aside."""
    results = [result for seed in range(60) for result in replay(random_trades(Random(seed)), [])]
    assert any(result.is_aside for result in results)
    assert any(result.pnl is not None and 0 < result.units_before < result.trade.units for result in results)
    assert any(
        result.pnl is not None and not result.units and result.trade.units < result.units_before for result in results
    )
