"""Trades as parsed: every field in canonical units, each row with the line that it came from."""

from pumploss import columns as c
from pumploss.contract import Check, Metric, Severity, Table, holds, within

TABLE = Table(
    name="bronze_trades",
    description="Canonical trades as parsed from the dumps, deduplicated within a source, with lineage.",
    columns=(
        c.TRADE_ID,
        c.TRADED_AT,
        c.SLOT,
        c.TX_INDEX,
        c.EVENT_INDEX,
        c.SOURCE_RANK,
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
        c.FILE,
        c.LINE_NUMBER,
        c.TRADE_DATE,
        c.DUMP_DAY,
        c.SOURCE,
    ),
    key=("dump_day", "source", "trade_id"),
    partition_by=("dump_day", "source"),
    order_by=("file", "line_number"),
    checks=(
        *within("token_units", 0, None, "a negative amount contradicts the direction"),
        *within("sol_lamports", 0, None, "a negative amount contradicts the direction"),
        *within("fee_lamports", 0, None, "a rebate above all fees has not been seen"),
        holds("direction IN ('buy', 'sell')", "an unknown direction cannot enter profit and loss"),
        holds("trade_date <= dump_day", "a trade after its dump day would leak the future"),
        Check(
            Metric.NULL_SHARE,
            "signature",
            "without signatures a trade cannot be matched across sources",
            highest=0.5,
            severity=Severity.WARN,
        ),
    ),
)
