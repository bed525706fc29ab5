"""Declares profit and loss of every trade, FIFO per trader and mint, fees included, exact to the lamport."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within
from pumploss.tables.silver_open_lots import FEE_ESTIMATED

TABLE = Table(
    name="silver_trade_pnl",
    description="Per trade: what was matched against which cost, and what it made or lost.",
    columns=(
        c.TRADE_ID,
        c.TRADED_AT,
        c.TRADER,
        c.MINT,
        c.DIRECTION,
        c.TOKEN_UNITS,
        c.SOL_LAMPORTS,
        c.FEE_LAMPORTS,
        c.ORDER,
        c.ORDER_OF_TRADER,
        Column("matched_units", Type.BIGINT, "Units of a sell that earlier buys cover; 0 for buys"),
        Column(
            "unmatched_units",
            Type.BIGINT,
            "Units of a sell beyond known stock, or of a buy that is set aside",
        ),
        c.BUY_COST,
        c.SOLD_COST,
        c.PROCEEDS,
        c.PNL,
        Column("hold_seconds", Type.DOUBLE, "Mean holding time of the matched units, weighted by units", nullable=True),
        c.RESIDUE,
        Column("position_units", Type.BIGINT, "Open units of trader and mint after the trade"),
        Column("position_cost_lamports", Type.BIGINT, "Cost basis of those units"),
        Column(
            "is_basis_mixed",
            Type.BOOLEAN,
            "Whether a sell and a lot that it took from differ in `amount_basis`: its profit compares unlike amounts",
        ),
        FEE_ESTIMATED,
        c.KNOWN_AT,
        c.TRADE_DATE,
        c.COHORT,
    ),
    key=("trade_id",),
    partition_by=("trade_date",),
    split_by="trader_cohort",
    order_by=(*c.POSITION, "traded_at"),
    checks=(
        *within("order_in_trader_day", 1, None, "places start at one"),
        *within("matched_units", 0, None, "units cannot be negative"),
        *within("hold_seconds", 0, None, "nothing is sold before it was bought"),
        holds("traded_at < known_at", "a trade is known after its dump day, never before"),
        *within("unmatched_units", 0, None, "units cannot be negative"),
        *within("residue_units", 0, None, "units cannot be negative"),
        holds(
            "residue_units = 0 OR (direction = 'sell' AND position_units = 0 AND position_cost_lamports = 0)",
            "only a sell writes off a residue, and then nothing is left",
        ),
        *within("position_units", 0, None, "a position cannot be short"),
        *within("position_cost_lamports", 0, None, "a cost basis cannot be negative"),
        holds(
            "direction = 'buy' OR matched_units + unmatched_units = token_units",
            "every unit of a sell is matched or counted as unmatched",
        ),
        holds(
            "pnl_lamports IS NULL OR pnl_lamports = proceeds_lamports - sold_cost_lamports",
            "profit is proceeds minus cost, to the lamport",
        ),
        holds(
            "direction = 'sell' OR unmatched_units = 0 OR (unmatched_units = token_units AND buy_cost_lamports = 0)",
            "a buy is held whole, or set aside whole",
        ),
        holds("direction = 'sell' OR pnl_lamports IS NULL", "a buy realises nothing"),
        holds("matched_units > 0 OR NOT is_basis_mixed", "only a lot that was taken from can differ from the sell"),
    ),
)
