"""Declares the published table of the whole market by day."""

from pumploss.warm.warm_table import AMOUNT, COUNT, DAY, DOUBLE, WarmColumn, WarmTable

MARKET_DAYS = WarmTable(
    "market_days",
    "Activity, results and fees of all traders together, per day of the last 90",
    (
        WarmColumn("day", DAY, "UTC day of the dump"),
        WarmColumn("trades", COUNT, "Number of trades"),
        WarmColumn("buys", COUNT, "Number of buys"),
        WarmColumn("sells", COUNT, "Number of sells"),
        WarmColumn("traders", COUNT, "Distinct traders"),
        WarmColumn("tokens", COUNT, "Distinct tokens traded"),
        WarmColumn("new_tokens", COUNT, "Tokens that were not seen on an earlier day"),
        WarmColumn("volume_sol", AMOUNT, "SOL traded"),
        WarmColumn("fees_sol", AMOUNT, "Fees that were known or estimated, SOL"),
        WarmColumn("realised_sol", AMOUNT, "Realised profit and loss of matched sells, fees included, SOL"),
        WarmColumn("loss_sol", AMOUNT, "Sum of the losing sells, SOL, at most 0; gains are not set off"),
        WarmColumn("matched_sells", COUNT, "Sells of known stock"),
        WarmColumn("losing_sells", COUNT, "Number of losing sells"),
        WarmColumn("losing_sell_share", DOUBLE, "Losing sells over matched sells", nullable=True),
    ),
    ("day",),
)
