"""Columns that more than one table holds, each defined once: one name, one meaning."""

from pumploss.contract import Column, Type

TRADE_ID = Column(
    "trade_id",
    Type.STRING,
    "MD5 in hex over signature, trader, mint, direction, amounts, ordinal; for unsigned rows over every source field",
)
TRADED_AT = Column("traded_at", Type.TIMESTAMP, "Block time of the trade, UTC, one-second resolution on chain")
SLOT = Column("slot", Type.BIGINT, "Solana slot of the trade, for ordering only", nullable=True)
TX_INDEX = Column("tx_index", Type.BIGINT, "Place of the transaction in its slot, for ordering only", nullable=True)
EVENT_INDEX = Column(
    "event_index", Type.BIGINT, "Place of the event in its transaction, for ordering only", nullable=True
)
SOURCE_RANK = Column("source_rank", Type.BIGINT, "The source's own rank among trades of one second", nullable=True)
SIGNATURE = Column("signature", Type.STRING, "Transaction signature, base58; not unique, often missing", nullable=True)
TRADER = Column("trader_address", Type.STRING, "Wallet that traded, base58, case-sensitive")
MINT = Column("token_mint", Type.STRING, "Mint of the traded token, base58, case-sensitive")
DIRECTION = Column("direction", Type.STRING, "`buy` or `sell`, seen from the trader")
TOKEN_UNITS = Column("token_units", Type.BIGINT, "Traded amount in the mint's base units")
TOKEN_DECIMALS = Column("token_decimals", Type.INT, "Decimal places of the mint's base unit")
DECIMALS_ASSUMED = Column(
    "is_decimals_assumed", Type.BOOLEAN, "Whether the decimals are a default, not a fact of the source"
)
ROUNDED = Column(
    "is_rounded", Type.BOOLEAN, "Whether an amount was finer than its unit, by no more than its source's noise: rounded"
)
SOL_LAMPORTS = Column(
    "sol_lamports", Type.BIGINT, "Traded SOL in lamports: curve-side without fees, or the absolute balance change"
)
FEE_LAMPORTS = Column("fee_lamports", Type.BIGINT, "All trading fees on top of (buy) or out of (sell) `sol_lamports`")
FEE_SOURCE = Column("fee_source", Type.STRING, "`event`, `estimated`, `included` (in a balance change) or `none`")
AMOUNT_BASIS = Column(
    "amount_basis", Type.STRING, "`curve` (fee-exclusive) or `balance_delta` (what moved, costs or the fee inside)"
)
VIRTUAL_SOL = Column(
    "virtual_sol_lamports",
    Type.BIGINT,
    "SOL reserve after the trade, or as rewritten: virtual on the curve, the pool's later",
    nullable=True,
)
VIRTUAL_TOKENS = Column(
    "virtual_token_units",
    Type.BIGINT,
    "Token reserve after the trade, or as rewritten: virtual on the curve, the pool's later",
    nullable=True,
)
REAL_SOL = Column(
    "real_sol_lamports",
    Type.BIGINT,
    "SOL that the curve or pool holds after the trade and can pay out, where that is stated",
    nullable=True,
)
REAL_TOKENS = Column(
    "real_token_units",
    Type.BIGINT,
    "Tokens that the curve has left to sell, or that the pool holds, after the trade, where that is stated",
    nullable=True,
)
IS_MAYHEM = Column(
    "is_mayhem",
    Type.BOOLEAN,
    "Whether the coin is in mayhem mode: an agent trades it and virtual reserves may be rewritten; missing if unstated",
    nullable=True,
)
VENUE = Column("venue", Type.STRING, "`pump_curve`, `pumpswap`, `raydium`, `launchlab` or `meteora`, told by program")
POOL = Column("pool_address", Type.STRING, "Account of the pool that trades a mint, base58", nullable=True)
CREATOR = Column("creator_address", Type.STRING, "Wallet that made the token, base58", nullable=True)
QUOTE_MINT = Column(
    "quote_mint", Type.STRING, "Mint that the token is traded against, wrapped SOL for SOL", nullable=True
)
AMBIGUOUS = Column(
    "is_ambiguous_duplicate",
    Type.BOOLEAN,
    "An unsigned line that equals another of its file; kept, since it may be real",
)
HOP = Column(
    "is_hop",
    Type.BOOLEAN,
    "Whether the coin was only passed on in the transaction, the middle of a route: no holding and no sale",
)
SOURCE = Column("source", Type.STRING, "Name of the source format, as its landing folder")
FILE = Column("file", Type.STRING, "Path of the landed file below the landing root")
LINE_NUMBER = Column(
    "line_number", Type.BIGINT, "Physical line of the record in its file, from 1 (row number in Parquet)"
)
DUMP_DAY = Column("dump_day", Type.DATE, "UTC day of the dump that the row landed in")
TRADE_DATE = Column("trade_date", Type.DATE, "UTC day of `traded_at`")
COHORT = Column("trader_cohort", Type.INT, "pmod(xxhash64(trader_address), 16): the shard key everywhere")
KNOWN_AT = Column("known_at", Type.TIMESTAMP, "00:00 UTC after the latest dump day that contributed to the row")
AS_OF = Column(
    "as_of", Type.TIMESTAMP, "T, 00:00 UTC: the row was computed from trades before it and from nothing else"
)
DAY = Column("day", Type.DATE, "UTC day that the facts are of")
ORDER = Column("order_in_mint_day", Type.INT, "Place of the trade among the trades of its mint and day, from 1")
ORDER_OF_TRADER = Column(
    "order_in_trader_day", Type.INT, "Place of the trade among those of its trader and day, over all mints, from 1"
)
RUN_ID = Column("run_id", Type.STRING, "The run that wrote the row")
HORIZON = Column("horizon_days", Type.INT, "Length of the outcome window [T, T + horizon) in days")

BUY_COUNT = Column("buy_count", Type.BIGINT, "Number of buys")
SELL_COUNT = Column("sell_count", Type.BIGINT, "Number of sells")
TRADE_COUNT = Column("trade_count", Type.BIGINT, "Number of trades")
VOLUME = Column("volume_lamports", Type.BIGINT, "Sum of `sol_lamports` over buys and sells")
FEES = Column("fees_lamports", Type.BIGINT, "Sum of `fee_lamports`")
BUY_COST = Column("buy_cost_lamports", Type.BIGINT, "What buys cost, fees included")
PROCEEDS = Column("proceeds_lamports", Type.BIGINT, "What the matched part of sells brought, fees deducted")
SOLD_COST = Column("sold_cost_lamports", Type.BIGINT, "FIFO cost basis, fees included, of what was sold and matched")
RESIDUE = Column(
    "residue_units", Type.BIGINT, "Units that a sell left below what the sources can tell apart: written off with it"
)
PNL = Column("pnl_lamports", Type.BIGINT, "Proceeds minus cost basis of the matched part", nullable=True)
REALISED_PNL = Column("realised_pnl_lamports", Type.BIGINT, "Sum of realised profit and loss")
REALISED_LOSS = Column("realised_loss_lamports", Type.BIGINT, "Sum of negative realised PnL, at most 0")
MATCHED_SELLS = Column("matched_sell_count", Type.BIGINT, "Number of sells with a matched part")
LOSS_COUNT = Column("loss_count", Type.BIGINT, "Number of matched sells with negative PnL")
MINT_COUNT = Column("mint_count", Type.BIGINT, "Number of distinct mints traded")
TAPE_GAPS = Column("tape_gap_count", Type.BIGINT, "Curve trades before which others are missing, by their reserves")
TAPE_BREAKS = Column("tape_break_count", Type.BIGINT, "Curve trades whose amounts contradict the stated reserves")
TRADER_COUNT = Column("trader_count", Type.BIGINT, "Number of distinct traders")
FIRST_TRADED_AT = Column("first_traded_at", Type.TIMESTAMP, "Earliest trade of the row's scope")
LAST_TRADED_AT = Column("last_traded_at", Type.TIMESTAMP, "Latest trade of the row's scope")

#: What a position is of: lots, round trips and values are all kept by trader and mint.
POSITION = (TRADER.name, MINT.name)
