"""Daily facts of the whole market."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type

TABLE = Table(
    name="gold_market_day",
    description="One row per day: activity, realised results and fees over all traders and mints.",
    columns=(
        c.TRADE_COUNT,
        c.BUY_COUNT,
        c.SELL_COUNT,
        c.TRADER_COUNT,
        c.MINT_COUNT,
        Column("new_mint_count", Type.BIGINT, "Mints never seen on an earlier day"),
        c.VOLUME,
        c.FEES,
        c.REALISED_PNL,
        c.REALISED_LOSS,
        c.MATCHED_SELLS,
        c.LOSS_COUNT,
        Column("losing_sell_share", Type.DOUBLE, "Losing sells over matched sells", nullable=True),
        c.KNOWN_AT,
        c.DAY,
    ),
    key=("day",),
    partition_by=("day",),
)
