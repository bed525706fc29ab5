"""Declares how each trader traded on a day: pauses, sessions, hours, marks of machines; all of it adds up over days."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds

#: A pause of 0 s, then of up to 1, 3, 7, ... seconds: twice as long a range each, the last up to a whole day.
GAP_BINS = 18
#: A longer pause ends a session.
SESSION_SECONDS = 1800

TABLE = Table(
    name="gold_trader_rhythm",
    description="Per trader and day with a trade: pauses between trades, sessions, hours, and what machines do.",
    columns=(
        c.TRADER,
        Column("gap_count", Type.BIGINT, "Pauses between a trade and the next one of the day"),
        Column("short_gap_count", Type.BIGINT, "Pauses of at most one second"),
        Column("gap_seconds", Type.BIGINT, "Sum of the pauses"),
        Column("gap_seconds_squared", Type.WIDE, "Sum of the squared pauses, seconds squared"),
        Column(
            "gap_bins",
            Type.BIGINTS,
            "Pauses by length: of 0 s, and in each of 17 ranges from a power of two to below the next",
        ),
        Column("session_count", Type.BIGINT, "Runs of trades without a pause above 30 minutes, cut at midnight"),
        Column("session_seconds", Type.BIGINT, "Sum over sessions from the first to the last trade"),
        Column("losing_session_count", Type.BIGINT, "Sessions whose matched sells lost in sum"),
        Column("stopped_session_count", Type.BIGINT, "Losing sessions whose last trade is a losing sell"),
        Column("active_hour_count", Type.BIGINT, "UTC hours with a trade"),
        Column("repeated_buy_count", Type.BIGINT, "Buys for exactly the lamports of another buy of the day"),
        Column(
            "bounce_count", Type.BIGINT, "Sells right after a buy of the same mint and of as many units, within 1 %"
        ),
        c.KNOWN_AT,
        c.DAY,
        c.COHORT,
    ),
    key=("trader_address", "day"),
    partition_by=("day",),
    split_by="trader_cohort",
    is_reread=True,
    order_by=("trader_address",),
    checks=(
        holds(f"size(gap_bins) = {GAP_BINS}", "every pause of a day has its range"),
        holds("short_gap_count <= gap_count AND bounce_count <= gap_count", "a part is no more than the whole"),
        holds("session_count BETWEEN 1 AND gap_count + 1", "a trade is in one session"),
        holds("stopped_session_count <= losing_session_count", "a part is no more than the whole"),
        holds("losing_session_count <= session_count", "a part is no more than the whole"),
        holds("active_hour_count BETWEEN 1 AND 24", "a day has 24 hours"),
    ),
)
