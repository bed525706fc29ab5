"""Declares the published tables that are sums of trades, so that no reader adds trades up.

Those by day have the days of `trades_timeseries`. Those of busy tokens are over all of its days; of any other token
there are few enough rows by day to add up.
"""

from pumploss.warm.warm_table import AMOUNT, COUNT, DAY, RANK, TEXT, TIME, WarmColumn, WarmTable

TRADES_NAME = "trades_timeseries"
#: Rows of `token_trader_days` above which a token is busy, and places that are kept of its losers.
BUSY_ROWS = KEPT_LOSERS = 1000

_DAY = WarmColumn("day", DAY, "UTC day of the trades")
_TRADER = WarmColumn("trader_address", TEXT, "Wallet address")
_TOKEN = WarmColumn("token_mint", TEXT, "Address of the token")
_TRADES = WarmColumn("trades", COUNT, "Number of trades")
_VOLUME = WarmColumn("volume_sol", AMOUNT, "Sum of sol_amount")
_REALISED = WarmColumn("realised_sol", AMOUNT, "Realised profit and loss of matched sells, 0 where there are none, SOL")
_OF_SELLER = WarmColumn("realised_sol", AMOUNT, "Realised profit and loss of matched sells, SOL", nullable=True)
_HELD = WarmColumn("held_tokens", AMOUNT, "Whole tokens bought less those sold")
_FIRST = WarmColumn("first_trade", TIME, "Time of the first of these trades")
_LATEST = WarmColumn("last_trade", TIME, "Time of the last of these trades")

TRADER_DAYS = WarmTable(
    "trader_days",
    "What each trader made of his trades, per day of the last 90",
    (
        _DAY,
        _TRADER,
        _TRADES,
        WarmColumn("tokens", COUNT, "Distinct tokens traded"),
        _VOLUME,
        _REALISED,
        WarmColumn("loss_sol", AMOUNT, "Sum of the losing sells, SOL, at most 0; gains are not set off"),
    ),
    ("trader_address", "day"),
    day_column="day",
    follows=TRADES_NAME,
)
TOKEN_DAYS = WarmTable(
    "token_days",
    "Trades of each token, per day of the last 90",
    (_DAY, _TOKEN, _TRADES, WarmColumn("traders", COUNT, "Distinct traders"), _VOLUME, _REALISED, _FIRST, _LATEST),
    ("token_mint", "day"),
    day_column="day",
    follows=TRADES_NAME,
)
TOKEN_HOURS = WarmTable(
    "token_hours",
    "Trades of each token, per hour of the last 90 days",
    (
        WarmColumn("hour", TIME, "When the hour begins; an hour without trades has no row"),
        _TOKEN,
        _TRADES,
        WarmColumn("traders", COUNT, "Distinct traders"),
        _VOLUME,
        _REALISED,
    ),
    ("token_mint", "hour"),
    day_column="hour",
    follows=TRADES_NAME,
)
TOKEN_TRADER_DAYS = WarmTable(
    "token_trader_days",
    "What each trader made of each token, per day of the last 90",
    (_DAY, _TOKEN, _TRADER, _TRADES, _VOLUME, _OF_SELLER, _HELD, _FIRST, _LATEST),
    ("token_mint", "trader_address", "day"),
    day_column="day",
    follows=TRADES_NAME,
)
BUSY_TOKENS = WarmTable(
    "busy_tokens",
    f"How traders fared, over the last 90 days, with each token of more than {BUSY_ROWS:,} rows in token_trader_days",
    (
        _TOKEN,
        WarmColumn("traders", COUNT, "Distinct traders"),
        WarmColumn("losers", COUNT, "Traders whose matched sells came to a loss"),
        WarmColumn("sellers", COUNT, "Traders with a matched sell"),
        _TRADES,
        _VOLUME,
        _REALISED,
        WarmColumn("holders", COUNT, "Traders who bought more of it than they sold in these days"),
        _FIRST,
        _LATEST,
    ),
    ("token_mint",),
)
BUSY_TOKEN_LOSERS = WarmTable(
    "busy_token_losers",
    "Who lost most with each busy token over the last 90 days",
    (
        _TOKEN,
        WarmColumn("rank", RANK, f"Place, 1 for whoever lost most, up to {KEPT_LOSERS:,}; ties by address"),
        _TRADER,
        _OF_SELLER,
        _TRADES,
        _VOLUME,
        _HELD,
    ),
    ("token_mint", "rank"),
)
