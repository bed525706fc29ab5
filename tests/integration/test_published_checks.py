"""What lies staged in the warm store is judged before readers see it."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from psycopg import sql

from jobs.gates import published_rows
from jobs.running.context import Context
from jobs.running.step_context import StepContext
from pumploss.checks import data_docs
from pumploss.errors import CheckError
from pumploss.report import RunReport
from pumploss.settings import from_environment
from pumploss.warm import open_warm, publishing
from pumploss.warm import tables as warm_tables
from pumploss.warm.loading import Slice

DAY = date(2026, 1, 31)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Settings with an embedded warm store."""
    return from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("published"))})


@pytest.fixture
def judge(settings):
    """`judge(trades by day)`: the report of judging these days of trades, staged as a publish stages them."""

    def gate(days):
        report = RunReport("publish_warm")
        with open_warm(settings) as warm, publishing.exclusive(warm) as staging:
            for day, trades in days.items():
                staging.load(warm_tables.TRADES, [Slice(trades, {})], trades.num_rows, day)
            published_rows.gate(StepContext(Context(settings), (DAY,), report), warm, staging.loaded, DAY)
        return report

    return gate


def trades(day, *found, prefix=""):
    """Trades of a day; each is a direction, an amount of profit or None, and a signature or None."""
    rows = [
        {
            "time": datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=number),
            "trade_id": f"{prefix}{day}-{number}",
            "trader_address": "<script>ann</script>",
            "token_mint": "mint",
            "direction": direction,
            "token_amount": "1.5",
            "sol_amount": "2",
            "pnl_sol": made,
            "signature": signed,
        }
        for number, (direction, made, signed) in enumerate(found)
    ]
    return pa.table({name: [row[name] for row in rows] for name in warm_tables.TRADES.names})


SOUND = (("buy", None, "s1"), ("sell", "-0.5", "s2"))


def test_sound_days_are_published_without_a_word(judge, settings):
    report = judge({BEFORE: trades(BEFORE, *SOUND), DAY: trades(DAY, *SOUND)})
    assert report.warnings == []
    assert report.details["gate_seconds"]["published"] > 0
    (kept,) = (settings.data_docs_dir / "validations" / "trades_timeseries" / f"{DAY}").rglob("*.json")
    assert kept.stem == f"{BEFORE}_to_{DAY}"


def test_what_stops_names_table_day_and_rows(judge, settings):
    with pytest.raises(CheckError) as stopped:
        judge({BEFORE: trades(BEFORE, *SOUND), DAY: trades(DAY, *SOUND, ("buy", "0.1", "s3"), prefix="<script>")})
    message = str(stopped.value)
    assert f"trades_timeseries {DAY}: violation_count(direction = 'sell' OR pnl_sol IS NULL) is 1.0" in message
    assert f"'trade_id': '<script>{DAY}-2', 'direction': 'buy', 'pnl_sol': 0.1" in message
    page = data_docs.build(settings.data_docs_dir).parent / "validations" / "trades_timeseries" / f"{DAY}"
    texts = [path.read_text() for path in page.rglob("*.html")]
    assert any(f"&lt;script&gt;{DAY}-2" in text for text in texts)
    assert not any(f"<script>{DAY}" in text for text in texts)


def test_what_only_warns_is_published(judge):
    (said,) = judge(
        {DAY: trades(DAY, *SOUND, ("sell", None, None), ("sell", None, None), ("buy", None, None))}
    ).warnings
    assert said.startswith(f"trades_timeseries {DAY}: null_share(signature) is 0.6")


def test_every_published_table_has_checks_of_columns_that_it_has(settings):
    assert set(published_rows.CHECKS) == set(warm_tables.TABLES)
    with open_warm(settings) as warm:
        for table, wanted in published_rows.CHECKS.items():
            measures = sql.SQL(", ").join(map(published_rows.expression, wanted))
            found = warm.execute(sql.SQL("SELECT {} FROM {}").format(measures, table.live)).fetchone()
            assert len(found) == len(wanted)
