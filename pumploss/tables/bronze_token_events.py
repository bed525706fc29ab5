"""Declares events about tokens and pools, as parsed: what trades alone do not say."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds

TABLE = Table(
    name="bronze_token_events",
    description="Launches, graduations, pools and rewritten reserves as the chain stated them, with lineage.",
    columns=(
        Column(
            "event_kind",
            Type.STRING,
            "`create` (launch), `complete` (curve sold out), `create_pool`, `migrate` (to its pool), or `rewrite` (of "
            "virtual reserves)",
        ),
        Column("occurred_at", Type.TIMESTAMP, "Block time of the event, UTC"),
        c.SLOT,
        c.TX_INDEX,
        c.EVENT_INDEX,
        c.SIGNATURE,
        c.MINT,
        c.POOL,
        c.CREATOR,
        c.QUOTE_MINT,
        c.TOKEN_DECIMALS.optional(),
        c.IS_MAYHEM,
        c.VIRTUAL_SOL,
        c.VIRTUAL_TOKENS,
        c.REAL_SOL,
        c.REAL_TOKENS,
        Column(
            "is_pool_reversed",
            Type.BOOLEAN,
            "Whether SOL is the base of the pool and the coin its quote: amounts of its trades are exchanged",
            nullable=True,
        ),
        c.FILE,
        c.LINE_NUMBER,
        c.SOURCE,
        c.DUMP_DAY,
    ),
    key=("dump_day", "file", "line_number"),
    partition_by=("dump_day", "event_kind"),
    order_by=("token_mint", "occurred_at"),
    checks=(
        holds(
            "event_kind IN ('create', 'complete', 'create_pool', 'migrate', 'rewrite')",
            "an unknown event says nothing of a token",
        ),
        holds("CAST(occurred_at AS DATE) <= dump_day", "an event after its dump day would leak the future"),
        holds("event_kind != 'create_pool' OR pool_address IS NOT NULL", "a pool without an address matches no trade"),
    ),
)
