"""Lists the published tables, with the meaning of every column: comments in the store, and the docs, are made of this.

Losses carry a minus sign; amounts are exact SOL. T is 00:00 UTC after the last published day.
"""

from collections.abc import Sequence

from pumploss.warm.market_days import MARKET_DAYS
from pumploss.warm.summed_tables import (
    BUSY_TOKEN_LOSERS,
    BUSY_TOKENS,
    TOKEN_DAYS,
    TOKEN_HOURS,
    TOKEN_TRADER_DAYS,
    TRADER_DAYS,
    TRADES_NAME,
)
from pumploss.warm.warm_table import (
    AMOUNT,
    COUNT,
    DAY,
    DOUBLE,
    JSON,
    LIVE,
    PARTS,
    RANK,
    STAGING,
    TEXT,
    TIME,
    WarmColumn,
    WarmTable,
)

__all__ = ["BUSY_TOKENS", "BUSY_TOKEN_LOSERS", "LIVE", "MARKET_DAYS", "PARTS", "STAGING", "TABLES", "TOKEN_DAYS"]
__all__ += ["TOKEN_HOURS", "TOKEN_TRADER_DAYS", "TRADER_DAYS", "WarmTable"]

#: Days of trades and daily losses that are kept.
RETENTION_DAYS = 90
#: Ranks that are published per board.
BOARD_ROWS = 1000

_TRADER = WarmColumn("trader_address", TEXT, "Wallet address")
_AS_OF = WarmColumn("as_of", TIME, "T: everything is from before it")
_HORIZON = WarmColumn("horizon_days", RANK, "Length of the window that starts at T, days")
_MODEL_VERSION = WarmColumn("model_version", TEXT, "Version of the registered model that answered")
_HASH = WarmColumn("features_hash", TEXT, "MD5 of the inputs that were scored: little-endian doubles in model order")
_SCORED_AT = WarmColumn("scored_at", TIME, "T, as scores are made of nothing later")
_PERIOD = WarmColumn("period", TEXT, "24h, 7d, 30d or all: days that end at T, or the whole life")
_BOARD_RANK = WarmColumn("rank", RANK, "Place on the board, 1 for whoever lost most; ties by address")
_WHO = WarmColumn("trader", TEXT, "Wallet address")
_P_LOSS = WarmColumn("p_loss", DOUBLE, "Probability of a loss of more than 0.01 SOL in the window")
_P_SEVERE = WarmColumn(
    "p_severe", DOUBLE, "Probability of losing 5 SOL, or 1 SOL and a quarter of the capital at risk; at most p_loss"
)
_EXPECTED = WarmColumn("expected_loss_sol", DOUBLE, "Expected loss in the window, gains counted as 0, SOL")
_P50 = WarmColumn("loss_p50_sol", DOUBLE, "Loss that half of such wallets stay at or below, SOL")
_P90 = WarmColumn("loss_p90_sol", DOUBLE, "Loss that nine in ten of such wallets stay at or below, SOL")
_RISK = WarmColumn("risk_score", DOUBLE, "0-100 by the model: 50 is the reference risk, five points double the odds")
_BAND = WarmColumn("risk_band", TEXT, "very low, low, medium, high or very high")
_SCORE_VERSION = WarmColumn("score_version", TEXT, "Version of the map from p_severe to the score")
_NET = WarmColumn(
    "net_amount",
    AMOUNT,
    "Net result of the period, SOL: what sells of known stock brought less what was bought, plus the change of what "
    "open positions would fetch, fees included; below 0 is a loss",
    nullable=True,
)
_LOSS = WarmColumn("loss_amount", AMOUNT, "Sum of the period's losing sells, SOL, at most 0; gains are not set off")
_LOSS_TRADES = WarmColumn("loss_trades", COUNT, "Number of these losing sells")


def _optional(column: WarmColumn) -> WarmColumn:
    return WarmColumn(column.name, column.kind, column.description, nullable=True)


TRADES = WarmTable(
    TRADES_NAME,
    "Trades of the last 90 days; profit and loss (FIFO, fees included) of matched sells",
    (
        WarmColumn("time", TIME, "When the trade was made"),
        WarmColumn("trade_id", TEXT, "Identity of the trade, the same in every dump"),
        _TRADER,
        WarmColumn("token_mint", TEXT, "Address of the token"),
        WarmColumn("direction", TEXT, "buy or sell"),
        WarmColumn("token_amount", AMOUNT, "Whole tokens that changed hands"),
        WarmColumn("sol_amount", AMOUNT, "SOL traded: without fees on the curve, or the balance change"),
        WarmColumn("pnl_sol", AMOUNT, "Realised profit or loss of a matched sell, fees included, SOL", nullable=True),
        WarmColumn("signature", TEXT, "Signature of the transaction, where the source has it", nullable=True),
    ),
    ("time", "trade_id"),
    (("signature",), ("trader_address", "time"), ("token_mint", "time")),
    day_column="time",
)
DAILY_LOSSES = WarmTable(
    "daily_losses",
    "Realised losses per day and trader over the last 90 days, SOL, at most 0",
    (
        WarmColumn("day", DAY, "UTC day of the dump"),
        _TRADER,
        WarmColumn("daily_loss", AMOUNT, "Sum of the day's losing sells, SOL, at most 0; gains are not set off"),
        WarmColumn("loss_count", COUNT, "Number of these losing sells"),
    ),
    ("day", "trader_address"),
    (("trader_address", "day"),),
    day_column="day",
)
LOSS_SUMS = WarmTable(
    "daily_loss_sums",
    "Realised losses of all traders together per day over the last 90 days",
    (
        WarmColumn("day", DAY, "UTC day of the dump; a day without losers has no row"),
        WarmColumn("losers", COUNT, "Traders who lost"),
        WarmColumn("losing_sells", COUNT, "Number of their losing sells"),
        WarmColumn("loss_sol", AMOUNT, "Sum of these losing sells, SOL, at most 0; gains are not set off"),
    ),
    ("day",),
)
#: Its columns are the registered features of the publish.
FEATURES = WarmTable(
    "trader_features", "Features of every eligible trader as of T, from trades before T only", (), ("trader_address",)
)
PREDICTIONS = WarmTable(
    "loss_predictions",
    "What is expected of each eligible trader in [as_of, as_of + horizon): calibrated probabilities and amounts",
    (
        _TRADER,
        _AS_OF,
        _HORIZON,
        _P_LOSS,
        _HASH,
        _MODEL_VERSION,
        _SCORED_AT,
        WarmColumn("p_trade", DOUBLE, "Probability of trading in the window, or holding what was marked lately"),
        WarmColumn("p_loss_if_exposed", DOUBLE, "Probability of a loss, if so; p_loss is the product of both"),
        _EXPECTED,
        _P50,
        _P90,
    ),
    ("trader_address", "as_of", "horizon_days", "model_version"),
)
SCORES = WarmTable(
    "risk_scores",
    "Risk of a severe loss in [as_of, as_of + horizon), mapped to 0-100",
    (
        _TRADER,
        _AS_OF,
        _HORIZON,
        _P_SEVERE,
        _RISK,
        _BAND,
        WarmColumn("risk_percentile", DOUBLE, "Share of the traders of T with a lower p_severe"),
        WarmColumn("baseline_score", DOUBLE, "The formula LEAST(100, loss of 24 h in SOL * 10 + losing sells * 2)"),
        WarmColumn("reasons", JSON, "What raises the risk most, the strongest first"),
        _HASH,
        _MODEL_VERSION,
        _SCORE_VERSION,
        _SCORED_AT,
    ),
    ("trader_address", "as_of", "horizon_days", "model_version"),
    (("risk_score",),),
)
SCORE_DAYS = WarmTable(
    "score_days",
    "Scores of every eligible trader as of each T of the last 90 days, as they stand now; reasons are those of T alone",
    (
        WarmColumn("day", DAY, "UTC day that starts at T"),
        _TRADER,
        _HORIZON,
        _RISK,
        _BAND,
        _P_LOSS,
        _P_SEVERE,
        _EXPECTED,
        WarmColumn("loss_model_version", TEXT, "Version of the registered model of losses"),
        WarmColumn("risk_model_version", TEXT, "Version of the registered model of severe losses"),
        _SCORE_VERSION,
    ),
    ("trader_address", "day", "horizon_days"),
    day_column="day",
)
LEADERBOARDS = WarmTable(
    "leaderboards",
    "Who lost most by losing sells in each period that ends at T; net_amount says what was won back",
    (
        _PERIOD,
        _BOARD_RANK,
        _WHO,
        _LOSS,
        _LOSS_TRADES,
        WarmColumn("loss_amount_24h", AMOUNT, "Sum of the losing sells of the last day, SOL"),
        WarmColumn("loss_amount_all_time", AMOUNT, "Sum of all losing sells, SOL"),
        WarmColumn("loss_trades_24h", COUNT, "Losing sells of the last day"),
        WarmColumn("avg_loss_size", AMOUNT, "loss_amount / loss_trades, SOL"),
        WarmColumn("tokens_traded_24h", COUNT, "Distinct tokens traded on the last day"),
        WarmColumn("last_loss_time", TIME, "Latest losing sell", nullable=True),
        WarmColumn("baseline_score", AMOUNT, "LEAST(100, ABS(loss_amount_24h) * 10 + loss_trades_24h * 2)"),
        _optional(_RISK),
        _AS_OF,
        _NET,
    ),
    ("period", "rank"),
    (("trader",),),
)
NET_LOSERS = WarmTable(
    "net_losers",
    "Who lost most by net result in each period that ends at T, gains set off and open positions counted",
    (
        _PERIOD,
        _BOARD_RANK,
        _WHO,
        WarmColumn(_NET.name, AMOUNT, _NET.description),
        _LOSS,
        _LOSS_TRADES,
        WarmColumn("net_amount_24h", AMOUNT, "Net result of the last day, SOL"),
        WarmColumn("net_amount_all_time", AMOUNT, "Net result of the whole life, SOL"),
        _optional(_RISK),
        _AS_OF,
    ),
    ("period", "rank"),
    (("trader",),),
)
EXPECTED_LOSERS = WarmTable(
    "expected_losers",
    "Who is about to lose most in [as_of, as_of + horizon), by expected loss",
    (_BOARD_RANK, _WHO, _EXPECTED, _P50, _P90, _P_LOSS, _P_SEVERE, _RISK, _HORIZON, _AS_OF),
    ("rank",),
    (("trader",),),
)

#: In the order in which a swap locks them, and queries of several: in another they would lock each other out.
TABLES: Sequence[WarmTable] = (
    TRADES,
    DAILY_LOSSES,
    FEATURES,
    PREDICTIONS,
    SCORES,
    LEADERBOARDS,
    NET_LOSERS,
    EXPECTED_LOSERS,
    LOSS_SUMS,
    TRADER_DAYS,
    TOKEN_DAYS,
    TOKEN_HOURS,
    BUSY_TOKENS,
    BUSY_TOKEN_LOSERS,
    TOKEN_TRADER_DAYS,
    MARKET_DAYS,
    SCORE_DAYS,
)
