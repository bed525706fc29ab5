"""What the tests of tables and steps share: one engine, tiny frames from the contracts, and a home of their own."""

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pumploss.contract import Table, Type

#: What a column holds where a test does not care.
NEUTRAL: dict[Type, Any] = {
    Type.STRING: "",
    Type.BIGINT: 0,
    Type.INT: 0,
    Type.DOUBLE: 0.0,
    Type.BOOLEAN: False,
    Type.TIMESTAMP: datetime(2026, 1, 1, tzinfo=UTC),
    Type.DATE: date(2026, 1, 1),
    Type.WIDE: Decimal(0),
    Type.BIGINTS: [],
    Type.DOUBLES: [],
}

Frame = Any

#: Warnings of other people's imports, which no change of ours can mend.
FOREIGN_WARNINGS = (
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning",  # great_expectations
)


def pytest_configure(config: pytest.Config) -> None:
    """Everything else that warns is an error."""
    for line in FOREIGN_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


def _derived(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from what a test states: dates from times, the cohort from the address."""
    import xxhash

    row = dict(given)
    if "traded_at" in row:
        row.setdefault("trade_date", row["traded_at"].date())
    if "trade_date" in row:
        row.setdefault("dump_day", row["trade_date"])
        end = row["dump_day"] + timedelta(days=1)
        row.setdefault("known_at", datetime(end.year, end.month, end.day, tzinfo=UTC))
    if "trader_address" in row:
        row.setdefault("trader_cohort", xxhash.xxh64_intdigest(row["trader_address"].encode(), 42) % 16)
    return {name: value for name, value in row.items() if name in table.names or name in given}


def filled(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """A whole row of a table from the columns that matter."""
    unknown = given.keys() - set(table.names)
    assert not unknown, f"{table.name} has no {sorted(unknown)}; it has {table.names}"
    neutral = {c.name: None if c.nullable else NEUTRAL[c.type] for c in table.columns}
    return {**neutral, **_derived(table, given)}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The engine that `SPARK_REMOTE` names; embedded where it is unset."""
    from pumploss import engine
    from pumploss.settings import from_environment

    return engine.session(from_environment())


@pytest.fixture(scope="session")
def arrow() -> Callable[..., Any]:
    """`arrow(TABLE, {...}, ...)`: an Arrow table with the table's columns, filled up with neutral values."""
    import pyarrow as pa

    def build(table: Table, *rows: dict[str, Any]) -> Any:
        return pa.Table.from_pylist([filled(table, row) for row in rows], schema=table.arrow_schema)

    return build


@pytest.fixture(scope="session")
def frame(spark: Any, arrow: Callable[..., Any]) -> Callable[..., Frame]:
    """`frame(TABLE, {...}, ...)`: a frame with the table's columns, filled up with neutral values."""

    def build(table: Table, *rows: dict[str, Any]) -> Frame:
        if not rows:
            return spark.createDataFrame([], table.spark_schema)
        return spark.createDataFrame(arrow(table, *rows))

    return build


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[dict[str, Any]]]:
    """`rows_of(frame, "key", ...)`: a frame's rows as dictionaries, sorted by these columns, times in UTC."""

    def rows(found: Frame, *order: str) -> list[dict[str, Any]]:
        listed = found.toArrow().to_pylist()
        return sorted(listed, key=lambda row: tuple(row[name] for name in order)) if order else listed

    return rows


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty place for every store."""
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Any:
    """Settings with every store below `home`, on the engine of the whole run."""
    import os

    from pumploss.settings import from_environment

    return from_environment({"PUMPLOSS_HOME": str(home), "SPARK_REMOTE": os.environ.get("SPARK_REMOTE", "")})


@pytest.fixture
def context(settings: Any, spark: Any) -> Iterator[Any]:
    """A context on an empty lake."""
    from jobs.running.context import open_context

    with open_context(settings) as opened:
        yield opened


def address(name: str, size: int = 32) -> str:
    """A valid base58 address (or, with 64 bytes, signature) that a short name always stands for."""
    from sources.interpreting.addresses import encode

    return encode(hashlib.shake_256(name.encode()).digest(size))


_CANONICAL = (
    "traded_at", "slot", "tx_index", "event_index", "signature", "trader_address", "token_mint", "direction",
    "token_units", "token_decimals", "sol_lamports", "fee_lamports", "virtual_sol_lamports", "virtual_token_units",
    "venue",
)  # fmt: skip


def landed_line(trade: dict[str, Any]) -> dict[str, Any]:
    """A line of the source `canonical`: short names become addresses, what is left out gets a plain value."""
    line = {"token_decimals": 6, "venue": "pump_curve", **trade}
    line["traded_at"] = line["traded_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    line["trader_address"], line["token_mint"] = address(line["trader_address"]), address(line["token_mint"])
    if line.get("signature"):
        line["signature"] = address(line["signature"], 64)
    return {name: "" if line.get(name) is None else line[name] for name in _CANONICAL}


def land_day(landing: str | Path, day: date, trades: list[dict[str, Any]], name: str = "trades") -> Path:
    """Write trades as a dump of the source `canonical`; answers the file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _CANONICAL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(landed_line(trade) for trade in trades)
    path = Path(landing) / "canonical" / day.isoformat() / f"{name}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    return path


@pytest.fixture(scope="session")
def land() -> Callable[..., Path]:
    """`land(landing, day, trades)`: trades as a dump; short names of traders, mints and signatures become addresses."""
    return land_day


@pytest.fixture(scope="session")
def base58() -> Callable[..., str]:
    """`base58("ann")`: the address that `land` writes for a short name."""
    return address


MINT_KINDS = ("curve, reserves", "curve", "pool, reserves", "pool", "migrates")


def _random_trade(rng: Any, days: list[date], number: int) -> dict[str, Any]:
    """One trade of a random market, awkward on purpose: ties, dust, worthless sales, sales of what was never bought."""
    mint, place = rng.randrange(7), rng.randrange(len(days))
    kind = MINT_KINDS[mint % len(MINT_KINDS)]
    is_curve = kind.startswith("curve") or (kind == "migrates" and place * 2 < len(days))
    direction = rng.choice(("buy", "buy", "sell"))
    sol = rng.choice((1, 10**6, rng.randrange(1, 5 * 10**9), rng.randrange(1, 10**8)))
    # Prices within two decades, as a mint's are within a day; only dust is priced anyhow.
    units = max(1, int(sol * 10 ** rng.uniform(2.5, 4.5))) if sol > 1 else rng.choice((1, 10**6))
    sol = 0 if direction == "sell" and rng.random() < 0.15 else sol
    day = days[place]
    second = rng.choice((0, 0, 1, rng.randrange(86_400), 86_399))
    trade = {
        "traded_at": datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second),
        "trader_address": f"trader-{rng.randrange(9)}",
        "token_mint": f"mint-{mint}",
        "direction": direction,
        "token_units": units,
        "sol_lamports": sol,
        "fee_lamports": rng.choice((None, None, sol // 100)),
        "venue": "pump_curve" if is_curve else "pumpswap",
    }
    if rng.random() < 0.7:
        trade |= {
            "signature": f"signature-{number}",
            "slot": second + 1,
            "tx_index": rng.choice((None, rng.randrange(9))),
        }
    if kind.endswith("reserves") or (kind == "migrates" and is_curve):
        trade |= {
            "virtual_sol_lamports": 30 * 10**9 + rng.randrange(10**9),
            "virtual_token_units": rng.randrange(10**9, 10**15),
        }
    return trade


def random_dumps(rng: Any, days: list[date], trades: int) -> dict[date, list[dict[str, Any]]]:
    """A random market's dumps by day: some trades land late, and some land again in a later dump."""
    dumps: dict[date, list[dict[str, Any]]] = {day: [] for day in days}
    for number in range(trades):
        trade = _random_trade(rng, days, number)
        traded = trade["traded_at"].date()
        later = [day for day in days if day >= traded]
        dumps[rng.choice(later) if rng.random() < 0.1 else traded].append(trade)
        if rng.random() < 0.05:
            dumps[rng.choice(later)].append(trade)
    for day in days:  # a daily source has no empty day
        quiet = {"traded_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "direction": "buy"}
        quiet |= {"trader_address": "quiet", "token_mint": "mint-0", "token_units": 5, "sol_lamports": 5}
        dumps[day].append({**quiet, "signature": f"quiet-{day}"})
    return dumps


@pytest.fixture(scope="session")
def market() -> Callable[..., dict[date, list[dict[str, Any]]]]:
    """`market(rng, days, trades)`: a random market's dumps by day, for `land`."""
    return random_dumps


@pytest.fixture(scope="session")
def digests() -> Callable[[Any], dict[tuple[str, date], str]]:
    """`digests(context)`: content digest of every built day of every table that the ledger knows."""

    def found(context: Any) -> dict[tuple[str, date], str]:
        from features import registry
        from pumploss import catalog, checks

        known = {**catalog.tables(), registry.TABLE.name: registry.TABLE}
        tables = (t for t in known.values() if t.name != "run_ledger" and context.lake.exists(t))
        return {
            (table.name, day): digest
            for table in tables
            for day, digest in checks.measure(table, context.lake.read(table)).digests.items()
        }

    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Apache Spark's tests first: they take longest, and the others fill the second process meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("spark") is None)
