"""Who has features, labels and scores at T: decided from facts before T alone."""

from typing import TYPE_CHECKING

from features.windows import level, total

if TYPE_CHECKING:
    from pyspark.sql import Column

LOWEST_TRADES = 5
LOWEST_MINTS = 2
#: Above this part of sells without an observed buy (one in five), equity says little about trading.
UNMATCHED_ONE_IN = 5


def is_eligible() -> "Column":
    """At least one buy in 30 days, five trades and two mints ever, and at most 20 % of sells unmatched in 30 days."""
    sold, matched = total("sell_net_lamports", 30), total("proceeds_lamports", 30)
    has_traded = (level("trade_count_close") >= LOWEST_TRADES) & (level("mint_count_close") >= LOWEST_MINTS)
    is_observed = (sold <= 0) | ((sold - matched) * UNMATCHED_ONE_IN <= sold)
    return (total("buy_count", 30) >= 1) & has_traded & is_observed
