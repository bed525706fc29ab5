"""Declares facts of each token; the row of a day is what was known at its close, where that day added to it."""

from pumploss import columns as c
from pumploss.contract import Column, Severity, Table, Type, holds

LAUNCHED_AT = Column("launched_at", Type.TIMESTAMP, "Block time of the launch, UTC; the earliest stated", nullable=True)
GRADUATED_AT = Column(
    "graduated_at",
    Type.TIMESTAMP,
    "Block time at which the curve was sold out, UTC; the earliest stated",
    nullable=True,
)
KNOWN_DAY = Column("known_day", Type.DATE, "Dump day whose events added to the facts of the row's key")

TABLE = Table(
    name="silver_tokens",
    description="Facts of each token as they stood at the close of each day that added to them; the latest day counts.",
    columns=(
        c.MINT,
        LAUNCHED_AT,
        c.CREATOR,
        GRADUATED_AT,
        c.POOL,
        c.TOKEN_DECIMALS.optional(),
        Column(
            "decimals_basis",
            Type.STRING,
            "What the decimals rest on, the best known: `event` (or the chain's own units), `stated` beside amounts, "
            "`curve` or `assumed`",
            nullable=True,
        ),
        Column("decimals_known_day", Type.DATE, "Dump day of the statement of decimals that counts", nullable=True),
        Column("first_trade_date", Type.DATE, "Earliest trade date of the token in any dump so far", nullable=True),
        c.QUOTE_MINT,
        c.IS_MAYHEM,
        c.KNOWN_AT,
        KNOWN_DAY,
    ),
    key=("known_day", "token_mint"),
    partition_by=("known_day",),
    order_by=("token_mint",),
    checks=(
        holds("token_decimals IS NULL OR decimals_basis IS NOT NULL", "decimals that rest on nothing are not known"),
        holds(
            "graduated_at >= launched_at",
            "a curve cannot be sold out before it exists: an event names another mint's",
            Severity.WARN,
        ),
        holds("launched_at < known_at", "a fact after its dump day would leak the future"),
        holds("graduated_at < known_at", "a fact after its dump day would leak the future"),
    ),
)
