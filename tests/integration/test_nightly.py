"""Nights from dumps to published results, as people start them; only Airflow is left out (it has its own test)."""

import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from psycopg import sql

from jobs import commands
from jobs.commands import trader
from jobs.commands.champions import champions
from jobs.running.context import open_context
from jobs.running.nightly import held_stores
from models.baselines import RANKINGS
from pumploss import catalog, embedded
from pumploss.checks import data_docs
from pumploss.hot import hot_losers, open_hot
from pumploss.settings import from_environment
from pumploss.warm import PERIODS, leaderboard, net_losers, open_warm, top_losers
from pumploss.warm.tables import BUSY_TOKEN_LOSERS, BUSY_TOKENS, LEADERBOARDS, TABLES
from tests.building import nights

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def settings(fixed_market):
    """The settings of a home after a first night, with its servers up."""
    with nights.environment_of(fixed_market):
        made = from_environment()
        with held_stores(made):
            yield made


def everything(settings):
    """Every row of every lake table but the ledger, without what may change from run to run."""
    found = {}
    for name in catalog.tables().keys() - {"run_ledger"}:
        if (Path(settings.lake) / name).exists():
            rows = read(settings, name).select(pl.exclude("^(run|written|created)_.*$"))
            found[name] = rows.sort([c for c, kind in rows.schema.items() if not kind.is_nested()])
    return found


def read(settings, name):
    """A lake table."""
    return pl.read_delta(f"{settings.lake}/{name}")


def published(settings):
    """Rows of the warm tables and leaderboards of the hot store."""
    with open_warm(settings) as warm, open_hot(settings) as hot:
        query = sql.SQL("SELECT * FROM {} ORDER BY 1, 2")
        rows = {t.name: warm.execute(query.format(sql.Identifier(t.name))).fetchall() for t in TABLES}
        return rows | {period: hot_losers(hot, period) for period in PERIODS}


def test_both_models_are_registered_and_judged(settings):
    found = champions(settings)
    assert [(one.name, one.version) for one in found] == [("loss-prediction", "1"), ("risk-score", "1")]
    for one in found:
        assert list(one.measures) == ["model", "base_rate", *RANKINGS, "logistic", "seed_trees"]


def test_warm_tables_are_filled_and_hot_says_the_same(settings):
    shown = published(settings)
    # No token of so small a market is busy enough for sums of its own.
    assert {name for name, rows in shown.items() if not rows} == {BUSY_TOKENS.name, BUSY_TOKEN_LOSERS.name}
    with open_warm(settings) as warm:
        for period in PERIODS:
            assert shown[period] == top_losers(warm, period)


def test_the_net_result_of_a_life_is_the_sum_of_its_days(settings):
    days = read(settings, "gold_trader_day").group_by("trader_address").agg(pl.col("equity_change_lamports").sum())
    summed = dict(days.iter_rows())
    with open_warm(settings) as warm:
        boards = [leaderboard(warm, "all"), net_losers(warm, "all")]
    net = {row["trader"]: row.get("net_amount_all_time", row["net_amount"]) for board in boards for row in board}
    assert net
    assert net == {trader: Decimal(summed[trader]).scaleb(-9) for trader in net}
    # Whoever is not on the board of net results has lost nothing.
    assert {row["trader"] for row in boards[1]} == {trader for trader, lamports in summed.items() if lamports < 0}


def test_data_docs_of_the_night_are_built(settings):
    assert data_docs.is_current(settings.data_docs_dir)
    assert data_docs.index(settings.data_docs_dir).is_file()


def test_a_second_run_changes_nothing(settings):
    tables, stores = everything(settings), published(settings)
    assert nights.nightly() == 0
    after = everything(settings)
    assert [name for name in tables if not tables[name].equals(after[name])] == []
    again = published(settings)
    assert [name for name in stores if stores[name] != again[name]] == []
    assert [one.version for one in champions(settings)] == ["1", "1"]


def test_status_knows_what_ran(settings, capsys):
    assert commands.main(["status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {name for name, one in found["steps"].items() if one["day"] != str(nights.LAST)} == set()
    assert all(one["stale_days"] == [] for one in found["steps"].values())
    assert found["stores"]["warm"]["pid"] == embedded.postgres(settings.warm_dir).status().pid
    assert found["landing"]["sources"]["canonical"] == {
        "cadence": "daily", "days": nights.DAYS, "first": str(nights.FIRST), "last": str(nights.LAST)
    }  # fmt: skip


def test_a_trader_is_explained(settings, capsys):
    scores = read(settings, "gold_scores").sort("risk_score")
    address = scores["trader_address"][-1]
    assert commands.main(["trader", address, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["scores"]["risk_score"] == scores["risk_score"][-1]
    assert found["scores"]["reasons"]
    assert found["features"]["total_trades"] > 0
    assert commands.main(["trader", address]) == 0
    assert "Scores" in capsys.readouterr().out


def test_a_trader_without_features_is_told_why(settings, capsys):
    of_last_day = read(settings, "gold_trader_day").filter(pl.col("day") == nights.LAST)
    fewest = of_last_day.sort("trade_count_close", "trader_address").row(0, named=True)
    with open_context(settings) as context:
        found = trader.trader(context, fewest["trader_address"])
    assert found["status"] == "not_eligible"
    assert f"It made {fewest['trade_count_close']} trades so far; 5 are needed." in found["why"]
    assert commands.main(["trader", "nobody"]) == 1
    assert "unknown" in capsys.readouterr().out


def test_losers_are_printed(settings, capsys):
    assert commands.main(["losers", "--period", "7d", "--limit", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in found] == [1, 2, 3]
    assert found[0].keys() == {*LEADERBOARDS.names} - {"period"}
    assert [row["loss_amount"] for row in found] == sorted(row["loss_amount"] for row in found)
