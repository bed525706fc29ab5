"""Declares what each trader traded on a day, mint by mint, in one row; windows add the rows up.

Which mints are the same on several days is told by their numbers, so that a window counts each of them once.
"""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds

#: Products of costs and volatilities are kept in thousandths of a lamport: whole numbers add up the same in any order.
MILLIS = 1_000
#: So much one of them counts at most, 100,000 SOL of a mint that doubles and halves: beyond it sums would not fit.
MOST_MILLIS = 10**17

TABLE = Table(
    name="gold_trader_mints",
    description="Per trader and day with a trade: mints traded, what was bought of each, and how volatile they were.",
    columns=(
        c.TRADER,
        Column("mint_numbers", Type.BIGINTS, "Mints traded on the day, rising: `mint_number` of `gold_token_day`"),
        Column("mint_costs", Type.BIGINTS, "What was bought of each of them, lamports, fees included"),
        Column("first_seen_mint_count", Type.BIGINT, "Those of them that the trader had never traded before"),
        Column("volatile_cost_lamports", Type.BIGINT, "What was bought of those whose volatility of the day is known"),
        Column(
            "volatility_cost_millis",
            Type.BIGINT,
            "Sum over them of cost times volatility, each in whole thousandths of a lamport",
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
        holds("size(mint_numbers) > 0", "a row says that the trader traded something that day"),
        holds("size(mint_costs) = size(mint_numbers)", "each mint has its cost"),
        holds("size(array_distinct(mint_numbers)) = size(mint_numbers)", "each mint of a day is there once"),
        holds("first_seen_mint_count BETWEEN 0 AND size(mint_numbers)", "a part is no more than the whole"),
        holds("volatile_cost_lamports >= 0 AND volatility_cost_millis >= 0", "a purchase costs something or nothing"),
    ),
)
