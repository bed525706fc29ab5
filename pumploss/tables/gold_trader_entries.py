"""Declares the first buys that each trader made on a day, in one row; windows add the rows up.

What sums cannot give, such as a median, is kept as lists of what is known: those of several days, one behind the other,
are those of all of them. How high a mint went is told twice: to the close of the day of the entry, and, where it went
higher, in the row of the day after.
"""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds

#: Lists of figures of entries, of those of which it is known, and what each is.
FIGURES = {
    "age_log": "ln(1 + seconds since the mint's launch)",
    "rank_log": "ln(1 + traders who bought the mint before)",
    "curve_share": "Share of the SOL at which a curve is sold out, after the entry",
    "runup_log": "ln(price after the entry over that of a curve at its launch)",
    "momentum_log": "ln(price after the entry over the last price 60 seconds before)",
    "peak_ratio": "Price after the entry over the highest so far",
    "capture_ratio": "Captured part of the way up, of positions closed on the day",
    "impact_ratio": "SOL bought for over the reserve before",
}
#: What of an entry is true, false, or not known.
FLAGS = {
    "sniped_slot": "in the slot of the launch or the one after",
    "creation_slot": "in the slot of the launch",
    "sniped_5s": "within 5 seconds of the launch",
    "sniped_60s": "within 60 seconds of the launch",
    "slot_shared": "in a slot in which two others bought the mint",
    "collapsed": "followed within ten minutes by a fall to a fifth of its price",
}

TABLE = Table(
    name="gold_trader_entries",
    description="Per trader and day: first buys of mints, their ages and prices, and what became of the day before's.",
    columns=(
        c.TRADER,
        Column("entry_count", Type.BIGINT, "Mints bought for the first time; 0 where only the day before has any"),
        Column("entered_mint_numbers", Type.BIGINTS, "Which mints, rising: `mint_number` of `gold_token_day`"),
        *(
            Column(f"{name}s", Type.DOUBLES, f"{text}; of each entry of which it is known")
            for name, text in FIGURES.items()
        ),
        Column(
            "high_logs",
            Type.DOUBLES,
            "ln(highest price of the rest of the day over that after it), ordered as the mints are, where known",
        ),
        Column(
            "raised_places",
            Type.BIGINTS,
            "Entries of the day before whose mint went higher on this day: places in its `high_logs`, from 0; -1 for "
            "one that is not among them",
        ),
        Column("raised_high_logs", Type.DOUBLES, "What takes the place of each of them"),
        *(
            Column(
                f"{name}_{of}_count",
                Type.BIGINT,
                f"Entries {text}" if of == "true" else f"Entries of which it is known whether they are {text}",
            )
            for name, text in FLAGS.items()
            for of in ("known", "true")
        ),
        Column(
            "volatile_entry_cost_lamports", Type.BIGINT, "Cost of first buys of which the volatility before is known"
        ),
        Column(
            "volatility_entry_cost_millis",
            Type.BIGINT,
            "Sum over them of cost times deviation of one-minute log returns, each in whole thousandths of a lamport",
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
        holds("size(entered_mint_numbers) = entry_count", "each entry is into a mint"),
        holds("entry_count > 0 OR size(raised_places) > 0", "a day without anything to tell has no row"),
        holds("size(raised_high_logs) = size(raised_places)", "each raised entry has its price"),
        holds(
            " AND ".join(f"size({name}s) <= entry_count" for name in (*FIGURES, "high_log")),
            "no more is known than there are entries",
        ),
        holds(
            " AND ".join(f"{name}_true_count BETWEEN 0 AND {name}_known_count" for name in FLAGS),
            "a part is no more than the whole",
        ),
        holds(" AND ".join(f"{name}_known_count <= entry_count" for name in FLAGS), "a part is no more than the whole"),
    ),
)
