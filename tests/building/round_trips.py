"""Round trips of a few traders, as the rows that daily facts are made of, and the windows that they are measured in."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from features.rolling.positions import with_positions
from features.tapes.positions import positions_of
from features.windows import windowed_columns
from pumploss.days import midnight

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1)
DAYS = 45
DAY = 86_400 * 10**6
#: The most capital that traders are said to have had at work, in lamports.
CAPITAL = 4 * 10**9
SCHEMA = pa.schema(
    [
        ("trader_address", pa.string()), ("trader_cohort", pa.int32()), ("day", pa.date32()),
        ("known_at", pa.timestamp("us", "UTC")), ("episode_index", pa.int32()),
        ("entered", pa.int64()), ("entry_order", pa.int32()), ("exited", pa.int64()), ("exit_order", pa.int32()),
        ("is_closed", pa.bool_()), ("buy_count", pa.int64()), ("averaged_down_count", pa.int64()),
        ("entry_cost_lamports", pa.int64()),
        ("realised_pnl_lamports", pa.int64()),
    ]
)  # fmt: skip

Row = dict[str, Any]


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def drawn(seed: int) -> list[Row]:
    """Random positions of two traders with a row on each day that changed them: most last seconds, some for days."""
    draw, rows = Random(seed), []
    for trader, count in (("ann", 60), ("ben", 4)):
        for episode in range(draw.randrange(count + 1)):
            held = draw.choice([0, 5, 59, 60, 300, 86_400, 3 * 86_400, 9 * 86_400, 40 * 86_400])
            opened = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=draw.randrange(DAYS * 86_400))
            stops = sorted({opened.date(), *(_between(draw, opened, held) for _ in range(3))})
            closes = draw.random() < 0.7
            # On one day of three stakes are alike, so that ranks tie.
            cost = 10**9 if opened.day % 3 == 0 else draw.choice([10**8, draw.randrange(1, 10**10)])
            rows += [
                {**trip(trader, episode, opened, held, day, closes, draw), "entry_cost_lamports": cost}
                for day in (*(s for s in stops if s < _end(opened, held)), _end(opened, held))
            ]
    return ordered(rows)


def ordered(rows: list[Row]) -> list[Row]:
    """The rows with the place of entry and exit among the entries and exits of their trader and day."""
    moments: dict[tuple[str, int], set[tuple[int, int, int]]] = defaultdict(set)
    for row in rows:
        key = row["episode_index"]
        moments[row["trader_address"], row["entered"] // DAY].add((row["entered"], 0, key))
        moments[row["trader_address"], row["exited"] // DAY].add((row["exited"], 1, key))
    places = {day: {moment: place + 1 for place, moment in enumerate(sorted(found))} for day, found in moments.items()}
    for row in rows:
        key = row["episode_index"]
        entries, exits = (places[row["trader_address"], row[name] // DAY] for name in ("entered", "exited"))
        row["entry_order"] = entries[row["entered"], 0, key]
        row["exit_order"] = exits[row["exited"], 1, key] if row["is_closed"] else 0
    return rows


def _end(opened: datetime, held: int) -> date:
    return (opened + timedelta(seconds=held)).date()


def _between(draw: Random, opened: datetime, held: int) -> date:
    return (opened + timedelta(seconds=draw.randrange(held + 1))).date()


def trip(trader: str, episode: int, opened: datetime, held: int, day: date, closes: bool, draw: Random) -> Row:
    """A row of a position as it stands at the close of a day; if it `closes`, then when it was held for so long."""
    left = opened + timedelta(seconds=held)
    is_closed = closes and day == left.date()
    buys = 1 + (day - opened.date()).days % 4
    return {
        "trader_address": trader,
        "trader_cohort": 1,
        "day": day,
        "known_at": midnight(day) + timedelta(days=draw.choice([1, 1, 2])),
        "episode_index": episode,
        "entered": micros(opened),
        "exited": micros(left) if is_closed else 0,
        "is_closed": is_closed,
        "realised_pnl_lamports": draw.choice([-(10**9), -5, 0, 7, 10**9]),
        "buy_count": buys,
        "averaged_down_count": draw.randrange(buys),
    }


def measured(rows: list[Row], pairs: list[tuple[str, date]]) -> dict[tuple[str, date], Row]:
    """What is measured of these round trips for each trader and T."""
    kinds = {name: kind.arrow for name, kind in windowed_columns().items()}
    given = {
        "trader_address": [trader for trader, _ in pairs],
        "as_of_day": [as_of for _, as_of in pairs],
        "known_at": [midnight(as_of) for _, as_of in pairs],
        "capital_lamports_30d": [CAPITAL] * len(pairs),
    }
    windowed = pa.table(
        {
            name: pa.array(given[name], kind) if name in given else pa.nulls(len(pairs), kind)
            for name, kind in kinds.items()
        }
    )
    found = with_positions(windowed, positions_of(pa.Table.from_pylist(rows, schema=SCHEMA))).to_pylist()
    return {(row["trader_address"], row["as_of_day"]): row for row in found}


def last_states(rows: list[Row], trader: str, as_of: date) -> list[Row]:
    """Of each position of the trader that changed in the 30 days before T, the row of its latest day before T."""
    latest: dict[tuple[str, int], Row] = {}
    for row in sorted(rows, key=lambda row: row["day"]):
        if row["trader_address"] == trader and as_of - timedelta(days=30) <= row["day"] < as_of:
            # Each episode of `drawn` has an index of its own.
            latest[trader, row["episode_index"]] = row
    return list(latest.values())
