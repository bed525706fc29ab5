"""Declares daily facts of the whole market."""

from pumploss import columns as c
from pumploss.contract import Column, Severity, Table, Type, holds

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
        Column(
            "complete_tape_volume_lamports",
            Type.BIGINT,
            "Volume of mints whose tape is complete at the day's close: what the exact sums cover",
        ),
        c.TAPE_GAPS,
        c.TAPE_BREAKS,
        c.KNOWN_AT,
        c.DAY,
    ),
    key=("day",),
    partition_by=("day",),
    checks=(
        holds("buy_count + sell_count = trade_count", "a trade is a buy or a sell"),
        holds("complete_tape_volume_lamports BETWEEN 0 AND volume_lamports", "a part is no more than the whole"),
        holds(
            "tape_gap_count * 20 <= trade_count",
            "where more than a twentieth of trades follow on missing ones, the dumps are far from whole",
            Severity.WARN,
        ),
    ),
)
