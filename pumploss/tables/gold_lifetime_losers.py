"""Declares who may stand on a board of all time: everybody who has lost so much, by losing sells or by net result."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within
from pumploss.tables.gold_trader_day import LAST_LOST_AT

LOSS = c.REALISED_LOSS.named("realised_loss_close_lamports", "Lifetime sum of negative realised PnL")
NET = Column("net_close_lamports", Type.BIGINT, "Lifetime realised PnL, and what open positions would gain if sold")
LOSS_THRESHOLD = Column(
    "loss_threshold_lamports",
    Type.BIGINT,
    "Everybody whose lifetime losses are this or below has a row; the same in all rows of a day",
)
NET_THRESHOLD = LOSS_THRESHOLD.named(
    "net_threshold_lamports",
    "Everybody whose lifetime net result is this or below has a row; the same in all rows of a day",
)

TABLE = Table(
    name="gold_lifetime_losers",
    description="Who has lost most in a lifetime up to the day's close, far beyond what boards show, as levels then.",
    columns=(
        c.TRADER,
        LOSS,
        c.LOSS_COUNT.named("loss_count_close", "Lifetime losing sells"),
        NET,
        LAST_LOST_AT,
        LOSS_THRESHOLD,
        NET_THRESHOLD,
        c.KNOWN_AT,
        c.DAY,
        c.COHORT,
    ),
    key=("trader_address", "day"),
    partition_by=("day",),
    order_by=("trader_address",),
    checks=(
        *within("realised_loss_close_lamports", None, 0, "losses carry a minus sign"),
        *within("loss_threshold_lamports", None, -1, "whoever lost nothing is on no board"),
        *within("net_threshold_lamports", None, -1, "whoever lost nothing is on no board"),
        holds(
            "realised_loss_close_lamports <= loss_threshold_lamports OR net_close_lamports <= net_threshold_lamports",
            "a row is of somebody who has lost as much as its thresholds say",
        ),
        holds("(loss_count_close > 0) = (last_lost_at_close IS NOT NULL)", "whoever has lost did so at some time"),
    ),
)
