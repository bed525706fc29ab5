"""Declares what each trader met at its first buy of a mint: when, at which price, and what the price did around it."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

TABLE = Table(
    name="silver_entries",
    description="First buys of a mint, on the day on which its trader first traded it: age, price and what followed.",
    columns=(
        c.TRADER,
        c.MINT,
        Column("first_bought_at", Type.TIMESTAMP, "Block time of the first buy, UTC"),
        c.BUY_COST.named("first_buy_cost_lamports", "What the first buy cost, fees included"),
        Column("entry_price_sol", Type.DOUBLE, "Price after the first buy, SOL per whole token", nullable=True),
        Column(
            "age_seconds",
            Type.BIGINT,
            "Seconds since the mint's launch; missing where its tape does not begin with the curve",
            nullable=True,
        ),
        Column(
            "age_slot_count",
            Type.BIGINT,
            "Slots since that of the launch; missing where that was on an earlier day, or slots are not stated",
            nullable=True,
        ),
        Column(
            "earlier_buyer_count",
            Type.BIGINT,
            "Traders who first bought the mint before; missing where its tape does not begin with the curve",
            nullable=True,
        ),
        Column(
            "slot_buyer_count",
            Type.BIGINT,
            "Other traders who bought the mint in the same slot, if stated",
            nullable=True,
        ),
        Column(
            "curve_share",
            Type.DOUBLE,
            "SOL on the curve after it over the 85.005 at which it is sold out",
            nullable=True,
        ),
        Column("runup_ratio", Type.DOUBLE, "Price after it over that of a curve at its launch", nullable=True),
        Column("momentum_ratio", Type.DOUBLE, "Price after it over the last price 60 seconds before", nullable=True),
        Column("peak_ratio", Type.DOUBLE, "Price after it over the highest so far, its own included", nullable=True),
        Column("impact_ratio", Type.DOUBLE, "SOL bought for over the SOL reserve before it", nullable=True),
        Column(
            "minute_volatility_ratio",
            Type.DOUBLE,
            "Standard deviation of one-minute log returns in the hour before it, on its day",
            nullable=True,
        ),
        Column(
            "low_ratio",
            Type.DOUBLE,
            "Lowest price of the 10 minutes after it over its own; missing in the last ten minutes of a day",
            nullable=True,
        ),
        Column("high_ratio", Type.DOUBLE, "Highest price of the rest of its day over its own", nullable=True),
        Column(
            "capture_ratio",
            Type.DOUBLE,
            "(Mean price sold - mean price bought) / (highest price while held - mean price bought), in [-2, 1]; "
            "missing unless the position is closed on its day",
            nullable=True,
        ),
        c.KNOWN_AT,
        c.TRADE_DATE,
        c.COHORT,
    ),
    key=c.POSITION,
    partition_by=("trade_date",),
    split_by="trader_cohort",
    order_by=c.POSITION,
    checks=(
        *within("age_seconds", 0, None, "nothing is bought before it is launched"),
        *within("age_slot_count", 0, None, "nothing is bought before it is launched"),
        *within("impact_ratio", 0, None, "a buy takes nothing out of the reserve"),
        *within("capture_ratio", -2, 1, "captured is clipped"),
        holds("low_ratio <= 1.000001D AND high_ratio >= 0.999999D", "its own price is among those that follow"),
        holds("peak_ratio <= 1.000001D", "the highest price so far is no lower than its own"),
        holds("first_bought_at < known_at", "a trade is known after its dump day, never before"),
    ),
)
