"""Published figures by the names that people give them, as the warm store shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from pumploss.days import parse
from pumploss.errors import SettingsError, StoreError
from pumploss.warm.boards import known_period

FORMS = "`day:TRADER:YYYY-MM-DD`, `loss:PERIOD:RANK`, `net:PERIOD:RANK` (24h, 7d, 30d, all) or `score:TRADER`"

_LOSSES = (
    "SELECT trader_address AS trader, daily_loss AS loss_amount, loss_count AS loss_trades FROM daily_losses WHERE "
)
_BOARD = "trader, loss_amount, loss_trades, net_amount FROM {} WHERE period = %(period)s AND rank = %(rank)s"
_QUERIES = {
    "day": f"{_LOSSES} trader_address = %(trader)s AND day = %(day)s",
    "loss": f"SELECT {_BOARD.format('leaderboards')}",
    "net": f"SELECT {_BOARD.format('net_losers')}",
    "score": "SELECT trader_address AS trader, risk_score, p_severe, risk_percentile, risk_band, features_hash, "
    "model_version FROM risk_scores WHERE trader_address = %(trader)s",
}


@dataclass(frozen=True)
class Figure:
    """A row as it is published: `kind` is day, loss, net or score; `values` are exact SOL, counts, or a model's."""

    name: str
    kind: str
    trader: str
    values: dict[str, Any]
    period: str | None = None
    day: date | None = None


def published(warm: psycopg.Connection, name: str) -> Figure:
    """Read a figure. Raises SettingsError for a name that is none, StoreError where no such row is published."""
    kind, *parts = name.split(":")
    asked = _asked(kind, parts)
    with warm.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_QUERIES[kind].encode(), asked).fetchone()
    if row is None:
        raise StoreError(f"The warm store shows no {name}: only what is published now can be audited.")
    trader = str(row.pop("trader"))
    return Figure(name, kind, trader, row, asked.get("period"), asked.get("day"))


def _asked(kind: str, parts: list[str]) -> dict[str, Any]:
    match kind, parts:
        case "day", [trader, day]:
            return {"trader": trader, "day": parse(day)}
        case (("loss" | "net"), [period, rank]) if rank.isdecimal():
            return {"period": known_period(period), "rank": int(rank)}
        case "score", [trader]:
            return {"trader": trader}
    raise SettingsError(f"{':'.join([kind, *parts])!r} names no figure: give {FORMS}.")
