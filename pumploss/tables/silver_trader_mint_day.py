"""Declares what each trader did in each mint on each day."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

TABLE = Table(
    name="silver_trader_mint_day",
    description="Trades and realised profit per trader, mint and day; distinct counts are taken from here.",
    columns=(
        c.TRADER,
        c.MINT,
        c.BUY_COUNT,
        c.SELL_COUNT,
        c.VOLUME,
        c.BUY_COST,
        c.REALISED_PNL,
        Column("first_seen_day", Type.DATE, "First day on which the trader traded the mint"),
        c.KNOWN_AT,
        c.TRADE_DATE,
        c.COHORT,
    ),
    key=(*c.POSITION, "trade_date"),
    partition_by=("trade_date",),
    split_by="trader_cohort",
    order_by=c.POSITION,
    checks=(
        *within("volume_lamports", 0, None, "volume is a sum of amounts"),
        *within("buy_cost_lamports", 0, None, "a purchase costs something or nothing"),
        holds("buy_count + sell_count > 0", "a row says that the trader traded the mint that day"),
        holds("first_seen_day <= trade_date", "nothing is seen for the first time after it was seen"),
    ),
)
