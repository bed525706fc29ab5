"""Declares facts of each pool; the row of a day is what was known at its close, where that day added to it."""

from dataclasses import replace

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds
from pumploss.tables.silver_tokens import KNOWN_DAY

POOL_OPENED_AT = Column(
    "pool_opened_at", Type.TIMESTAMP, "Block time of the pool's creation, UTC; the earliest stated", nullable=True
)

TABLE = Table(
    name="silver_pools",
    description="Facts of each pool as they stood at the close of each day that added to them; the latest day counts.",
    columns=(
        replace(c.POOL, nullable=False),
        c.MINT,
        c.QUOTE_MINT,
        c.TOKEN_DECIMALS.optional(),
        POOL_OPENED_AT,
        c.KNOWN_AT,
        KNOWN_DAY,
    ),
    key=("known_day", "pool_address"),
    partition_by=("known_day",),
    order_by=("pool_address",),
    checks=(holds("pool_opened_at < known_at", "a fact after its dump day would leak the future"),),
)
