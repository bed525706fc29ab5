"""Declares daily facts per mint, with what is needed to mark a position at the close."""

from pumploss import columns as c
from pumploss.contract import Check, Column, Metric, Severity, Table, Type, holds, within

_SOUND = "NOT is_tape_broken OR is_sampled"
#: A mint's number is its first day, since 1970, times this, plus its place among the mints first seen on that day.
NUMBERS_PER_DAY = 1 << 32
#: The share of a day's volume, and of its trades, above which breaks are the dump's fault and not single coins'.
MOST_BROKEN_SHARE = 0.5

TABLE = Table(
    name="gold_token_day",
    description="Per mint and day: activity, prices and the state that exit values are computed from.",
    columns=(
        c.MINT,
        c.TRADE_COUNT,
        c.BUY_COUNT,
        c.SELL_COUNT,
        Column("hop_count", Type.BIGINT, "Trades in which the token was only passed on, which no trader day has"),
        c.TRADER_COUNT,
        Column(
            "buyer_count_close",
            Type.BIGINT,
            "Traders who bought the mint on the day on which they first traded it, over its life so far",
        ),
        c.VOLUME,
        c.FEES,
        c.REALISED_PNL,
        c.MATCHED_SELLS,
        c.LOSS_COUNT,
        Column("price_high_sol", Type.DOUBLE, "Highest traded price, SOL per whole token", nullable=True),
        Column("price_low_sol", Type.DOUBLE, "Lowest traded price above 0, SOL per whole token", nullable=True),
        Column("price_close_sol", Type.DOUBLE, "Last traded price above 0, SOL per whole token", nullable=True),
        Column(
            "price_peak_close_sol",
            Type.DOUBLE,
            "Highest price of the mint's life so far, SOL per whole token",
            nullable=True,
        ),
        Column(
            "spot_high_sol",
            Type.DOUBLE,
            "Highest price after a trade: of the reserves where stated, else what was paid; SOL per whole token",
            nullable=True,
        ),
        Column("spot_close_sol", Type.DOUBLE, "That after the last trade that has one", nullable=True),
        Column("spot_peak_close_sol", Type.DOUBLE, "The highest of them over the mint's life so far", nullable=True),
        Column("volatility", Type.DOUBLE, "Standard deviation of log price changes between trades", nullable=True),
        c.VIRTUAL_SOL.named("reserve_sol_close_lamports", "SOL reserve that positions are marked against").optional(),
        c.VIRTUAL_TOKENS.named(
            "reserve_token_close_units", "Token reserve that positions are marked against"
        ).optional(),
        c.REAL_SOL.named(
            "real_sol_close_lamports", "SOL that a sale at the close can bring at most: what is really there"
        ),
        c.REAL_TOKENS.named("real_token_close_units", "Tokens that the curve has left to sell, or the pool holds"),
        Column("recent_prices", Type.DOUBLES, "Lamports per base unit of the last five priced trades without reserves"),
        Column(
            "mark_price", Type.DOUBLE, "Median of `recent_prices`, where that is how the mint is marked", nullable=True
        ),
        Column(
            "mark_method",
            Type.STRING,
            "`reserves`, `curve_from_price`, `last_price`, `none`, or `set_aside`: a break has ended the mint's tape, "
            "and it is in no sum of equity",
        ),
        Column("fee_close_share", Type.DOUBLE, "Fee of a sale at the close, share of the curve amount"),
        c.VENUE.named("venue_close", "Venue of the last trade"),
        c.TOKEN_DECIMALS,
        c.FIRST_TRADED_AT,
        c.LAST_TRADED_AT,
        Column(
            "tape_began_at",
            Type.TIMESTAMP,
            "First trade of the mint, where its tape begins with the curve untouched: its launch",
            nullable=True,
        ),
        Column(
            "mint_number",
            Type.BIGINT,
            "The same on all days of the mint: its first day since 1970 times 2^32, plus its place among that day's "
            "new mints by address, from 0",
        ),
        Column("is_new_mint", Type.BOOLEAN, "Whether the mint was never seen on an earlier day"),
        c.TAPE_GAPS,
        c.TAPE_BREAKS,
        Column(
            "is_tape_complete",
            Type.BOOLEAN,
            "Whether every trade of the mint so far is on the curve and follows from the one before, from the start on",
        ),
        Column("is_tape_broken", Type.BOOLEAN, "Whether a break ended a tape that was complete until the trade before"),
        Column("is_sampled", Type.BOOLEAN, "Whether a source of the day's trades is landed as samples"),
        Column("net_cash_flow_lamports", Type.BIGINT, "What the day's sells brought after fees, less what buys cost"),
        Column("net_cash_flow_close_lamports", Type.BIGINT, "Sum of `net_cash_flow_lamports` over the mint's life"),
        c.FEES.named("fees_close_lamports", "Sum of `fee_lamports` over the mint's life"),
        Column("net_bought_close_units", Type.WIDE, "Units bought less units sold over the mint's life"),
        Column(
            "initial_token_units",
            Type.BIGINT,
            "Tokens that the curve began with; missing where the tape did not start with it",
            nullable=True,
        ),
        c.KNOWN_AT,
        c.DAY,
    ),
    key=("token_mint", "day"),
    partition_by=("day",),
    order_by=("token_mint",),
    checks=(
        *within("fee_close_share", 0, 0.2, "the highest fee ever charged is near 1.25 %"),
        holds("buy_count + sell_count = trade_count", "a trade is a buy or a sell"),
        holds("price_low_sol <= price_high_sol", "the lowest price is no higher than the highest"),
        holds("first_traded_at <= last_traded_at", "the first trade is no later than the last"),
        holds(
            "mark_method IN ('reserves', 'curve_from_price', 'last_price', 'none', 'set_aside')",
            "an unknown mark values nothing",
        ),
        holds(
            "NOT is_tape_complete OR net_cash_flow_close_lamports + fees_close_lamports + real_sol_close_lamports = 0",
            "on a complete tape what traders paid is in the curve or was a fee, to the lamport",
        ),
        holds(
            "NOT is_tape_complete OR net_bought_close_units + real_token_close_units = initial_token_units",
            "on a complete tape traders hold what the curve has sold, to the unit",
        ),
        holds("NOT is_tape_complete OR mark_method = 'reserves'", "the last trade of a complete tape states reserves"),
        holds(
            "NOT is_tape_complete OR tape_gap_count + tape_break_count = 0", "what is complete has no gap and no break"
        ),
        holds("NOT is_tape_complete OR initial_token_units IS NOT NULL", "a complete tape starts with the curve"),
        Check(
            Metric.VIOLATION_SHARE,
            _SOUND,
            "amounts contradict reserves on tapes complete until then, all over: wrong unit, fees inside, copies",
            highest=MOST_BROKEN_SHARE,
            weights=("volume_lamports", "trade_count"),
        ),
        holds(
            _SOUND,
            "amounts contradict reserves on a tape complete until then, by wrong unit, fees inside or copy: the mint "
            "is set aside",
            Severity.WARN,
        ),
        holds(
            "tape_break_count = 0",
            "amounts that contradict reserves: wrong unit, fees inside, a copy, or a curve of another kind",
            Severity.WARN,
        ),
    ),
)
