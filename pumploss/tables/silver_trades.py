"""Declares valid trades, each once, in the order in which the chain ran them."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

TABLE = Table(
    name="silver_trades",
    description="Valid, deduplicated trades by trade date, whatever dump they landed in.",
    columns=(
        c.TRADE_ID,
        c.TRADED_AT,
        c.SLOT,
        c.SIGNATURE,
        c.TRADER,
        c.MINT,
        c.DIRECTION,
        c.TOKEN_UNITS,
        c.TOKEN_DECIMALS,
        c.DECIMALS_ASSUMED,
        c.SOL_LAMPORTS,
        c.FEE_LAMPORTS,
        c.FEE_SOURCE,
        c.AMOUNT_BASIS,
        c.VIRTUAL_SOL,
        c.VIRTUAL_TOKENS,
        c.VENUE,
        c.AMBIGUOUS,
        c.ORDER,
        Column(
            "is_order_inferred",
            Type.BOOLEAN,
            "Whether only the direction or the id put it before or after its neighbour",
        ),
        c.SOURCE,
        c.DUMP_DAY,
        c.KNOWN_AT,
        c.TRADE_DATE,
        c.COHORT,
    ),
    key=("trade_id",),
    partition_by=("trade_date", "trader_cohort"),
    order_by=("token_mint", "traded_at"),
    checks=(
        *within("trader_cohort", 0, 15, "sixteen cohorts"),
        *within("token_units", 0, None, "a negative amount contradicts the direction"),
        *within("sol_lamports", 0, None, "a negative amount contradicts the direction"),
        *within("fee_lamports", 0, None, "a rebate above all fees has not been seen"),
        holds("direction IN ('buy', 'sell')", "an unknown direction cannot enter profit and loss"),
        holds("trade_date <= dump_day", "a trade after its dump day would leak the future"),
        holds("traded_at < known_at", "what was known before it happened would leak the future"),
        *within("order_in_mint_day", 1, None, "places start at one"),
        holds("trade_date = CAST(traded_at AS DATE)", "a row in the wrong day would be counted there"),
        holds(
            "venue IN ('pump_curve', 'pumpswap', 'raydium', 'launchlab', 'meteora')",
            "a position on any other venue would be marked without a fee",
        ),
    ),
)
