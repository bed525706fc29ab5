"""Declares the lots of every position that changed on a day, as they stand at its close."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

FEE_ESTIMATED = Column(
    "is_fee_estimated",
    Type.BOOLEAN,
    "Whether a fee in the row's amounts is an estimate: its own, or for a sell one in the cost of what it took",
)

TABLE = Table(
    name="silver_open_lots",
    description="State of FIFO: per (trader, mint), the rows of the latest `close_day` are what is open.",
    columns=(
        c.TRADER,
        c.MINT,
        Column("lot_index", Type.INT, "Place of the lot in its position, oldest first, from 0"),
        Column(
            "lot_id",
            Type.STRING,
            "`trade_id` of the buy; missing on the closing row of an empty position",
            nullable=True,
        ),
        Column("opened_at", Type.TIMESTAMP, "When the lot was bought; missing on a closing row", nullable=True),
        Column("open_units", Type.BIGINT, "Units of the lot that are left"),
        Column("open_cost_lamports", Type.BIGINT, "Cost basis of those units, fees included"),
        Column(
            "resolution_units",
            Type.BIGINT,
            "Units below which the source of the buy tells nothing apart; 0 where it is exact, and on a closing row",
        ),
        c.AMOUNT_BASIS.optional(),
        FEE_ESTIMATED.optional(),
        c.KNOWN_AT,
        Column("close_day", Type.DATE, "UTC day at whose close the lots stand so"),
        c.COHORT,
    ),
    key=(*c.POSITION, "close_day", "lot_index"),
    partition_by=("close_day",),
    split_by="trader_cohort",
    order_by=("token_mint", "trader_address", "lot_index"),
    checks=(
        *within("lot_index", 0, None, "places start at none"),
        holds("opened_at < known_at", "a lot is known after its dump day, never before"),
        *within("open_units", 0, None, "a position cannot be short"),
        *within("open_cost_lamports", 0, None, "a cost basis cannot be negative"),
        *within("resolution_units", 0, None, "no source tells apart less than nothing"),
        holds(
            "lot_id IS NOT NULL OR (lot_index = 0 AND open_units = 0)", "only an empty position has a row without a lot"
        ),
        holds(
            "(lot_id IS NULL) = (amount_basis IS NULL) AND (lot_id IS NULL) = (is_fee_estimated IS NULL)",
            "of every lot it is known how its cost was measured",
        ),
        holds("amount_basis IN ('curve', 'balance_delta')", "amounts are measured in two ways"),
    ),
)
