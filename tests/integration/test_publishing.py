"""Publishing a small real lake into the real embedded PostgreSQL and Redis."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg
import pyarrow as pa
import pytest

from features import registry
from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.running.runner import run_pass
from pumploss import checks, hot
from pumploss.contract import Table, Type
from pumploss.days import shift
from pumploss.errors import CheckError, LakeError, StaleError, StoreError
from pumploss.report import RunReport
from pumploss.settings import Settings, as_environment, from_environment
from pumploss.tables import gold_scores, gold_trader_day, silver_trade_pnl, silver_trades
from pumploss.warm import leaderboard, open_warm, publishing, swapping, top_losers

if TYPE_CHECKING:
    import redis as redis_client

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 1, 31)
SOL = 1_000_000_000
TABLES = ("trades_timeseries", "daily_losses", "trader_features", "risk_scores", "leaderboards")
#: What an attacker may write where a name is expected.
INJECTION = "x'); DROP TABLE trades_timeseries; -- $$ \\. \"\u202e,\n"

FILLERS: dict[Type, Any] = {
    Type.STRING: "",
    Type.BIGINT: 0,
    Type.INT: 0,
    Type.DOUBLE: 0.0,
    Type.BOOLEAN: False,
    Type.TIMESTAMP: datetime(2026, 1, 1, tzinfo=UTC),
    Type.DATE: date(2026, 1, 1),
    Type.WIDE: Decimal(0),
    Type.BIGINTS: [0] * 24,
    Type.DOUBLES: [],
}


class Town:
    """A lake that is filled by hand:

    each trade is (trader, mint, pnl in lamports or None for a buy).
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.context = Context(settings)
        self.lifetime: dict[str, list[int]] = {}

    def write(self, table: Table, day: date, rows: list[dict[str, Any]]) -> None:
        """Replace a day of a table and tell the ledger, as its step would."""
        filled = [{c.name: None if c.nullable else FILLERS[c.type] for c in table.columns} | row for row in rows]
        batch = pa.Table.from_pylist(filled, schema=table.arrow_schema)
        frame = self.context.lake.stage(table.name, self.context.spark.createDataFrame(batch))
        frame = frame if rows else self.context.spark.createDataFrame([], table.spark_schema)
        measured = checks.measure(table, frame)
        self.context.lake.replace(table, frame, [day], measured.rows)
        self.ledger_row(table, day, "ok", measured.digests.get(day, "0-0"))

    def ledger_row(self, table: Table, day: date, status: str, digest: str) -> None:
        step = WRITER[table.name]
        run_day = shift(day, -step.offset_days)
        before = self.context.ledger.latest().get((step.name, run_day))
        outputs = json.loads(before["outputs"]) if before else {}
        outputs[table.name] = {"digest": digest}
        row = {
            "run_id": "r",
            "step": step.name,
            "day": run_day,
            "status": status,
            "seconds": 0.0,
            "peak_memory_bytes": 0,
            "inputs": "[]",
            "outputs": json.dumps(outputs),
            "code_version": "test",
            "landing": self.settings.landing,
            "error": "changed",
        }
        self.context.ledger.append([row])

    def trade_day(self, day: date, trades: list[tuple[str, str, int | None]]) -> None:
        """Write a day of trades and of traders; levels at the close go on from the days before."""
        silver, pnl = [], []
        for number, (trader, mint, made) in enumerate(trades):
            trade: dict[str, Any] = {
                "trade_id": f"{day}-{number}",
                "traded_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(seconds=number),
                "trader_address": trader,
                "token_mint": mint,
                "direction": "buy" if made is None else "sell",
                "token_units": 1_500_000 + number,
                "sol_lamports": 3 * SOL + 1,
                "trade_date": day,
                "trader_cohort": number % 16,
            }
            signature = None if number % 2 else ""
            silver.append({**trade, "signature": signature, "token_decimals": 6 + 3 * (number % 2)})
            pnl.append({**trade, "pnl_lamports": made})
        self.write(silver_trades.TABLE, day, silver)
        self.write(silver_trade_pnl.TABLE, day, pnl)
        traders = []
        for trader in sorted({trade[0] for trade in trades}):
            lost = [made for who, _, made in trades if who == trader and made is not None and made < 0]
            life = self.lifetime.setdefault(trader, [0, 0])
            life[0], life[1] = life[0] + sum(lost), life[1] + len(lost)
            traders.append(
                {
                    "trader_address": trader,
                    "day": day,
                    "loss_count": len(lost),
                    "realised_loss_lamports": sum(lost),
                    "realised_loss_close_lamports": life[0],
                    "loss_count_close": life[1],
                }
            )
        self.write(gold_trader_day.TABLE, day, traders)

    def score_day(self, day: date, scores: Mapping[str, float]) -> None:
        as_of = datetime(day.year, day.month, day.day, tzinfo=UTC)
        rows = [
            {
                "trader_address": trader,
                "as_of": as_of,
                "scored_at": as_of,
                "horizon_days": 7,
                "risk_score": score,
                "p_loss": 0.5,
                "p_severe": 0.25,
                "risk_band": "high",
                "reasons": '["bags", "fees"]',
                "score_day": day,
            }
            for trader, score in scores.items()
        ]
        self.write(gold_scores.TABLE, day, rows)
        names = [{"trader_address": name, "as_of": as_of, "feature_day": day} for name in scores]
        self.write(registry.TABLE, day, names)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four days over four months;

    B and C tie on the last one, D lost long ago, INJECTION is a trader.
    """
    home = tmp_path_factory.mktemp("home")
    town = Town(from_environment({"PUMPLOSS_HOME": str(home)}))
    town.trade_day(date(2025, 10, 1), [("D", "m1", -9 * SOL)])
    town.trade_day(date(2026, 1, 5), [("A", "m1", -4 * SOL), ("D", "m1", 2 * SOL)])
    town.trade_day(date(2026, 1, 26), [("A", "m1", -1), ("B", "m1", -2 * SOL)])
    last = [
        *[("A", "m1", None), ("A", "m2", -1 * SOL), ("A", "m1", -2 * SOL)],
        *[("C", "m1", -500_000_000), ("B", "m3", -500_000_000), ("E", "m1", 7 * SOL)],
        *[(INJECTION, INJECTION, -7), (INJECTION, "m1", None)],
    ]
    town.trade_day(DAY, last)
    town.score_day(shift(DAY, 1), {"A": 81.5, "B": 12.0})
    with open_warm(town.settings), hot.open_hot(town.settings):  # keeps both servers up
        run_pass(town.context, RunReport("publish_warm"), (DAY,))
        yield town
    town.context.lake.unstage()


def rows(connection: psycopg.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def parts(town: Town) -> dict[str, int]:
    """Partitions of trades, each with its identity in the catalogue."""
    query = (
        "SELECT c.relname::text, c.oid::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = "
        "i.inhrelid "
        "WHERE i.inhparent = 'trades_timeseries'::regclass"
    )
    with open_warm(town.settings) as warm:
        return dict(warm.execute(query).fetchall())


def keys(client: "redis_client.Redis") -> list[str]:
    return cast("list[str]", client.keys("pumploss:*"))


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    with open_warm(settings) as warm:
        return {table: rows(warm, table) for table in TABLES}


def test_golden_leaderboards(town: Town) -> None:
    with open_warm(town.settings) as warm:
        day = top_losers(warm, "24h", 3)
        week = [(row["rank"], row["trader"], row["loss_amount"]) for row in leaderboard(warm, "7d")]
        month = [(row["trader"], row["loss_amount"]) for row in leaderboard(warm, "30d")]
        life = leaderboard(warm, "all")
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    worst = {
        "rank": 1,
        "trader": "A",
        "loss_amount_24h": Decimal(-3),
        "loss_amount_all_time": Decimal("-7.000000001"),
        "loss_trades_24h": 2,
        "avg_loss_size": Decimal("-1.5"),
        "tokens_traded_24h": 2,
        "last_loss_time": noon + timedelta(seconds=2),
        "risk_score": Decimal(34),
    }
    assert day[0] == worst
    assert [(row["rank"], row["trader"]) for row in day] == [(1, "A"), (2, "B"), (3, "C")]
    assert week == [
        (1, "A", Decimal("-3.000000001")),
        (2, "B", Decimal("-2.5")),
        (3, "C", Decimal("-0.5")),
        (4, INJECTION, Decimal("-0.000000007")),
    ]
    assert month[0] == ("A", Decimal("-7.000000001"))
    assert [row["trader"] for row in life] == ["D", "A", "B", "C", INJECTION]
    assert life[0]["last_loss_time"] == datetime(2025, 10, 1, 12, tzinfo=UTC)
    assert (life[0]["loss_trades_24h"], life[0]["tokens_traded_24h"]) == (0, 0)
    assert [row["model_risk_score"] for row in life[:3]] == [None, 81.5, 12.0]
    assert {row["as_of"] for row in life} == {datetime(2026, 2, 1, tzinfo=UTC)}


def test_trades_are_exact_and_hostile_text_is_data(town: Town) -> None:
    with open_warm(town.settings) as warm:
        found = warm.execute(
            "SELECT trader_address, token_mint, token_amount, sol_amount, pnl_sol, signature "
            "FROM trades_timeseries WHERE time >= '2026-01-31' ORDER BY time"
        ).fetchall()
        oldest = warm.execute("SELECT min(time) FROM trades_timeseries").fetchone()
        losses = warm.execute("SELECT * FROM daily_losses ORDER BY day, trader_address LIMIT 2")
        assert losses.fetchall()[0] == (date(2026, 1, 5), "A", Decimal(-4), 1)
    assert oldest == (datetime(2026, 1, 5, 12, tzinfo=UTC),)  # October is beyond 90 days
    assert found[0] == ("A", "m1", Decimal("1.5"), Decimal("3.000000001"), None, "")
    assert found[1] == (
        "A",
        "m2",
        Decimal("0.001500001"),
        Decimal("3.000000001"),
        Decimal(-1),
        None,
    )
    assert found[6][:2] == (INJECTION, INJECTION)
    assert found[6][4] == Decimal("-0.000000007")


def test_publishing_again_changes_nothing(town: Town) -> None:
    before = everything(town.settings)
    report = run_pass(town.context, RunReport("publish_warm"), (DAY,))
    assert everything(town.settings) == before
    assert report.day(DAY).outputs["trades_timeseries"]["rows"] == 12
    with open_warm(town.settings) as warm:
        shown = publishing.latest(warm)
        left = warm.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'pumploss_staging'")
        assert left.fetchone() == (0,)
    assert shown is not None
    assert shown.row_counts == {name: out["rows"] for name, out in report.day(DAY).outputs.items()}


def test_only_changed_days_are_replaced_and_old_ones_go(town: Town) -> None:
    before = parts(town)
    life = {name: list(levels) for name, levels in town.lifetime.items()}
    town.trade_day(date(2026, 4, 6), [("A", "m9", -1)])
    try:
        run_pass(town.context, RunReport("publish_warm"), (date(2026, 4, 6),))
        after = parts(town)
        with open_warm(town.settings) as warm:
            assert top_losers(warm, "24h")[0]["loss_amount_all_time"] == Decimal("-7.000000002")
            assert rows(warm, "risk_scores") == []
        assert sorted(after) == [f"trades_timeseries_2026{day}" for day in ("0126", "0131", "0406")]
        assert after["trades_timeseries_20260131"] == before["trades_timeseries_20260131"]
        skipped = run_pass(town.context, RunReport("publish_warm"), (DAY,))
        assert "2026-04-06 already" in (skipped.skipped or "")
    finally:
        run_pass(town.context, RunReport("publish_warm"), (DAY,), allow_older=True)
        town.lifetime = life
    assert parts(town).keys() == before.keys()


def test_hot_equals_warm(town: Town) -> None:
    with hot.open_hot(town.settings) as redis, open_warm(town.settings) as warm:
        redis.set("another:key", "kept")
        for _ in range(2):
            report = run_pass(town.context, RunReport("publish_hot"), (DAY,))
            for period in ("24h", "7d", "30d", "all"):
                assert hot.leaderboard(redis, period) == leaderboard(warm, period)
                assert hot.hot_losers(redis, period, 2) == top_losers(warm, period, 2)
            assert len(keys(redis)) == 8
            assert all(cast("int", redis.ttl(key)) > 6 * 86400 for key in keys(redis))
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
        assert redis.get("another:key") == "kept"
        assert report.day(DAY).rows_written == 4 + 4 + 4 + 5
        with pytest.raises(StoreError, match="not 2026-02-01 yet"):
            run_pass(town.context, RunReport("publish_hot"), (shift(DAY, 1),))


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_lost_answer_to_the_commit_is_looked_up(
    town: Town, monkeypatch: pytest.MonkeyPatch, is_committed: bool
) -> None:
    before, swap = everything(town.settings), swapping.swap

    def lose(connection: psycopg.Connection, *rest: Any) -> None:
        if is_committed:
            swap(connection, *rest)
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(swapping, "swap", lose)
    if is_committed:
        report = run_pass(town.context, RunReport("publish_warm"), (DAY,))
        assert "lost after everything was committed" in report.notes[-1]
        assert report.day(DAY).outputs["trades_timeseries"]["rows"] == 12
    else:
        with pytest.raises(StoreError, match="gave up"):
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
    assert everything(town.settings) == before


def test_another_lake_is_refused(town: Town) -> None:
    other = replace(town.settings, landing="/somewhere/else")
    before = everything(town.settings)
    foreign = Context(other)
    with pytest.raises(StoreError, match="never mix"):
        run_pass(foreign, RunReport("publish_warm"), (DAY,))
    with pytest.raises(StoreError, match="never mix"):
        run_pass(foreign, RunReport("publish_hot"), (DAY,))
    assert everything(town.settings) == before


def test_what_cannot_be_trusted_is_not_published(town: Town) -> None:
    before = everything(town.settings)
    with pytest.raises(LakeError, match="never been built"):
        run_pass(town.context, RunReport("publish_warm"), (date(2026, 1, 30),))
    digest = town.context.recorded_digest(gold_trader_day.TABLE, DAY) or ""
    town.ledger_row(gold_trader_day.TABLE, DAY, "stale", digest)
    try:
        with pytest.raises(StaleError, match="gold_trader_day of 2026-01-31 is stale"):
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
    finally:
        town.ledger_row(gold_trader_day.TABLE, DAY, "ok", digest)
    assert everything(town.settings) == before


def test_profit_of_a_trade_that_is_missing_stops(town: Town) -> None:
    day = date(2026, 1, 26)
    kept = town.context.lake.read(silver_trades.TABLE, [day]).toArrow().to_pylist()
    digest = town.context.recorded_digest(silver_trades.TABLE, day) or ""
    before = everything(town.settings)
    town.write(silver_trades.TABLE, day, kept[:1])
    try:
        with pytest.raises(CheckError, match="trades_timeseries of 2026-01-26 was not published"):
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
    finally:
        town.write(silver_trades.TABLE, day, kept)
    assert town.context.recorded_digest(silver_trades.TABLE, day) == digest
    assert everything(town.settings) == before


KILLED = """
import sys
from datetime import date
from pumploss.settings import from_environment
from pumploss.warm import BOARD_COLUMNS, open_warm, publishing, slices, swapping
from pumploss.warm.tables import LEADERBOARDS

columns = ("period", *BOARD_COLUMNS)
empty = slices.board_slice([], columns)

def wait(moment):
    if sys.argv[1] == moment:
        print("here", flush=True)
        sys.stdin.readline()

def pieces():
    yield empty
    wait("copying")

with open_warm(from_environment()) as warm, publishing.exclusive(warm) as staging:
    staging.load(LEADERBOARDS, pieces(), columns)
    wait("loaded")
    entry = publishing.Published("killed", "run", date(2026, 1, 31), "landing", "lake")
    with warm.transaction():
        nothing = {"trades_timeseries": [], "daily_losses": []}
        swapping._swap(warm, staging.loaded, nothing, entry)
        wait("swapped")
"""


@pytest.mark.parametrize("moment", ["copying", "loaded", "swapped"])
def test_a_killed_publisher_leaves_the_live_tables_whole(town: Town, moment: str) -> None:
    before = everything(town.settings)
    publisher = subprocess.Popen(
        [sys.executable, "-c", KILLED, moment],
        cwd=ROOT,
        env={**os.environ, **as_environment(town.settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with publisher:
        assert publisher.stdout is not None
        assert publisher.stdout.readline() == "here\n"
        publisher.send_signal(signal.SIGKILL)
    assert everything(town.settings) == before
    run_pass(town.context, RunReport("publish_warm"), (DAY,))
    assert everything(town.settings) == before
