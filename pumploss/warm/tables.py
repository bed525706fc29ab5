"""Describes the published tables: keys and indexes, and whether they are kept by day or shown as of T."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from pumploss.contract import Column, Type

#: Where consumers read.
LIVE = "public"
#: Where the next publish is made; consumers have no right to look.
STAGING = "pumploss_staging"
#: Days of trades and daily losses that are kept.
RETENTION_DAYS = 90


@dataclass(frozen=True)
class WarmTable:
    """Describes one published table; `day_column` is empty for one that each publish makes anew."""

    name: str
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    day_column: str = ""

    def part(self, day: date) -> str:
        """Name the partition that holds a day."""
        return f"{self.name}_{day:%Y%m%d}"

    def part_day(self, name: str) -> date:
        """Return the day that a partition of this name holds."""
        return date.fromisoformat(name.removeprefix(f"{self.name}_"))

    @property
    def live(self) -> sql.Identifier:
        """Return the table that consumers read, as SQL names it."""
        return sql.Identifier(LIVE, self.name)


TRADES = WarmTable(
    "trades_timeseries",
    ("time", "trade_id"),
    (("signature",), ("trader_address", "time"), ("token_mint", "time")),
    day_column="time",
)
DAILY_LOSSES = WarmTable("daily_losses", ("day", "trader_address"), (("trader_address", "day"),), day_column="day")
FEATURES = WarmTable("trader_features", ("trader_address",))
PREDICTIONS = WarmTable("loss_predictions", ("trader_address", "as_of", "horizon_days", "model_version"))
SCORES = WarmTable("risk_scores", ("trader_address", "as_of", "horizon_days", "model_version"), (("risk_score",),))
LEADERBOARDS = WarmTable("leaderboards", ("period", "rank"), (("trader",),))
EXPECTED_LOSERS = WarmTable("expected_losers", ("rank",), (("trader",),))

#: In the order in which a swap locks them.
TABLES = (TRADES, DAILY_LOSSES, FEATURES, PREDICTIONS, SCORES, LEADERBOARDS, EXPECTED_LOSERS)


def column_definitions(columns: Sequence[Column]) -> sql.Composed:
    """Write columns of a contract as PostgreSQL declares them."""
    return sql.SQL(", ").join(
        sql.SQL("{} {}{}{}").format(
            sql.Identifier(column.name),
            sql.SQL(column.type.postgres),
            sql.SQL(' COLLATE "C"' if column.type is Type.STRING else ""),
            sql.SQL("" if column.nullable else " NOT NULL"),
        )
        for column in columns
    )
