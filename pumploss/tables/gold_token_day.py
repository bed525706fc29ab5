"""Daily facts per mint, with what is needed to mark a position at the close."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

TABLE = Table(
    name="gold_token_day",
    description="Per mint and day: activity, prices and the state that exit values are computed from.",
    columns=(
        c.MINT,
        c.TRADE_COUNT,
        c.BUY_COUNT,
        c.SELL_COUNT,
        c.TRADER_COUNT,
        c.VOLUME,
        c.FEES,
        c.REALISED_PNL,
        c.MATCHED_SELLS,
        c.LOSS_COUNT,
        Column("price_high_sol", Type.DOUBLE, "Highest traded price, SOL per whole token", nullable=True),
        Column("price_low_sol", Type.DOUBLE, "Lowest traded price above 0, SOL per whole token", nullable=True),
        Column("price_close_sol", Type.DOUBLE, "Last traded price above 0, SOL per whole token", nullable=True),
        Column("volatility", Type.DOUBLE, "Standard deviation of log price changes between trades", nullable=True),
        c.VIRTUAL_SOL.named("reserve_sol_close_lamports", "SOL reserve that positions are marked against").optional(),
        c.VIRTUAL_TOKENS.named(
            "reserve_token_close_units", "Token reserve that positions are marked against"
        ).optional(),
        Column("recent_prices", Type.DOUBLES, "Lamports per base unit of the last five priced trades without reserves"),
        Column(
            "mark_price", Type.DOUBLE, "Median of `recent_prices`, where that is how the mint is marked", nullable=True
        ),
        Column("mark_method", Type.STRING, "`reserves`, `curve_from_price`, `last_price` or `none`"),
        Column("fee_close_share", Type.DOUBLE, "Fee of a sale at the close, share of the curve amount"),
        c.VENUE.named("venue_close", "Venue of the last trade"),
        c.TOKEN_DECIMALS,
        c.FIRST_TRADED_AT,
        c.LAST_TRADED_AT,
        Column("is_new_mint", Type.BOOLEAN, "Whether the mint was never seen on an earlier day"),
        c.KNOWN_AT,
        c.DAY,
    ),
    key=("token_mint", "day"),
    partition_by=("day",),
    order_by=("token_mint",),
    checks=(
        *within("fee_close_share", 0, 0.2, "the highest fee ever charged is near 1.25 %"),
        holds("buy_count + sell_count = trade_count", "a trade is a buy or a sell"),
    ),
)
