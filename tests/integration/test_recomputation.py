"""Features of the fixed market, worked out a second time from single trades: one wrong bit stops the night."""

import json
import shutil
from datetime import timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from deltalake import write_deltalake

from feature_repo.store import VIEW, feature_store, quiet
from features.recomputed.values import NOT_RECOMPUTED
from features.registry import TABLE, features
from jobs.pipeline import WRITER
from jobs.publishing import online_proof
from jobs.recomputing.drawing import draw
from jobs.recomputing.inputs import Reader
from jobs.running.runner import run_pass, run_step
from pumploss.days import midnight, shift
from pumploss.errors import ParityError
from pumploss.lake.segments import built_days
from pumploss.report import RunReport
from pumploss.tables import silver_trades
from tests.building import lakes, nights

DAY, T = nights.LAST, shift(nights.LAST, 1)


@pytest.fixture(scope="module")
def market(fixed_market, tmp_path_factory):
    """A home with a copy of the lake of the fixed market."""
    return copied(fixed_market, tmp_path_factory.mktemp("market"))


def copied(home, to):
    shutil.copytree(home / "lake", to / "lake", ignore=shutil.ignore_patterns("_lake.json", "_locks"))
    return to


@pytest.fixture
def broken(market, tmp_path):
    """A context on a lake of its own, in which something may be broken."""
    with lakes.opened(copied(market, tmp_path)) as context:
        yield context


def read(context, table, day):
    return pl.read_delta(f"{context.settings.lake}/{table.name}").filter(pl.col(table.day) == day)


def put(context, table, rows, day):
    """Replaces a day as the step that writes it would, ledger included, and tells nobody that it has changed."""
    path, batch = f"{context.settings.lake}/{table.name}", rows.to_arrow().cast(table.arrow_schema)
    write_deltalake(path, batch, mode="overwrite", predicate=f"{table.day} = '{day}'")
    step = WRITER[table.name]
    row = context.ledger.latest()[(step.name, shift(day, -step.offset_days))]
    outputs = json.loads(row["outputs"])
    outputs[table.name] |= {"files": built_days(context.lake, table)[day].digest, "rows": len(rows)}
    context.ledger.append([{**row, "outputs": json.dumps(outputs)}])


@pytest.mark.parametrize("days_before_last", [75, 37, 0], ids=lambda days: f"{days} days before the last")
def test_all_features_of_all_traders_are_what_their_trades_say(market, days_before_last):
    """Before the first window is over, where it begins with what traders hold, and where much is older than it."""
    day = shift(DAY, -days_before_last)
    with lakes.opened(market) as context:
        traders = context.lake.rows_by_day(TABLE)[shift(day, 1)]
        report = run_pass(context, RunReport("recompute_features"), (day,))
    (counted,) = report.days[day].inputs
    assert (counted["differences"], counted["unvalued"], counted["passed_over"]) == (0, 0, 0)
    assert counted["traders"] == traders > 60
    assert counted["values"] == traders * (len(features()) - len(NOT_RECOMPUTED))


def test_who_holds_what_was_not_looked_up_is_counted_and_compared_without_equity(market, monkeypatch):
    monkeypatch.setattr("jobs.recomputing.inputs.MOST_MINT_DAYS", 0)
    with lakes.opened(market) as context:
        report = run_pass(context, RunReport("recompute_features"), (DAY,))
    (counted,) = report.days[DAY].inputs
    assert 0 < counted["unvalued"] < counted["traders"]
    assert counted["differences"] == 0
    assert f"{counted['unvalued']} of them without equity" in report.sentence()


def test_where_the_start_would_take_too_many_rows_only_newcomers_are_compared(market, monkeypatch):
    monkeypatch.setattr("jobs.recompute_features.MOST_STATE_ROWS", -1)
    start = shift(T, -30)
    with lakes.opened(market) as context:
        report = run_pass(context, RunReport("recompute_features"), (DAY,))
        came = read(context, TABLE, T).filter(pl.col("first_trade_time").dt.date() >= start)
    (counted,) = report.days[DAY].inputs
    assert (counted["traders"], counted["differences"], counted["unvalued"]) == (len(came), 0, 0)
    assert 0 < len(came) < context.lake.rows_by_day(TABLE)[T]
    assert f"only who came since {start} is compared" in report.sentence()


def test_a_bound_on_trades_takes_fewer_traders_and_says_so(market, monkeypatch):
    monkeypatch.setattr("jobs.recompute_features.MOST_TRADES", 400)
    with lakes.opened(market) as context:
        report = run_pass(context, RunReport("recompute_features"), (DAY,))
    (counted,) = report.days[DAY].inputs
    assert 0 < report.days[DAY].rows_read <= 400
    assert counted["traders"] + counted["passed_over"] == context.lake.rows_by_day(TABLE)[T]
    assert f"{counted['passed_over']} traders were passed over" in report.sentence()


def test_who_is_recomputed_is_compared_online_as_well(market, monkeypatch):
    """Of a large day one cohort is drawn, and online features are compared of it and of all cohorts."""
    monkeypatch.setattr(online_proof, "PROBES", 10)
    with lakes.opened(market) as context:
        rows, features = context.lake.rows_by_day(TABLE)[T], context.lake.read(TABLE, [T])
        drawn = draw(features, T, rows, 10, 10**6)
        probes = online_proof._probes(features, T, rows).toArrow()
    assert len(drawn.cohorts) == 1
    assert set(drawn.traders) < set(probes["trader_address"].to_pylist())
    assert 10 < len(probes) <= 20
    assert len(set(probes["trader_cohort"].to_pylist())) > 3


def one_wrong_bit(context):
    """The last bit of one double of one trader."""
    rows = read(context, TABLE, T).sort("trader_address")
    trader = rows.filter(pl.col("diversification_30d").is_not_null())["trader_address"][7]
    is_hers = pl.col("trader_address") == trader
    other = np.nextafter(rows.filter(is_hers)["diversification_30d"][0], 0.0)
    wrong = rows.with_columns(diversification_30d=pl.when(is_hers).then(other).otherwise("diversification_30d"))
    put(context, TABLE, wrong, T)
    return "diversification_30d", [trader]


def a_late_row_that_was_not_taken_up(context):
    """A trade of ten days ago that no table above `silver_trades` has seen."""
    day = shift(DAY, -10)
    trades = read(context, silver_trades.TABLE, day)
    known = read(context, TABLE, T)["trader_address"].implode()
    late = trades.filter(pl.col("trader_address").is_in(known) & ~pl.col("is_hop")).head(1)
    last = trades.filter(pl.col("token_mint") == late["token_mint"][0])["order_in_mint_day"].max() + 1
    late = late.with_columns(
        trade_id=pl.lit("late"), order_in_mint_day=pl.lit(last, pl.Int32),
        traded_at=pl.col("traded_at") + timedelta(seconds=1),
    )  # fmt: skip
    put(context, silver_trades.TABLE, pl.concat([trades, late]).select(trades.columns), day)
    return "total_trades_30d", [late["trader_address"][0]]


def rows_of_each_other(context):
    """The features of two traders, exchanged."""
    rows = read(context, TABLE, T).sort("trader_address")
    names = rows["trader_address"].to_list()
    exchanged = [names[1], names[0], *names[2:]]
    put(context, TABLE, rows.with_columns(trader_address=pl.Series(exchanged)), T)
    return "total_trades", names[:2]


@pytest.mark.parametrize("breaks", [one_wrong_bit, a_late_row_that_was_not_taken_up, rows_of_each_other])
def test_what_is_wrong_stops_the_night_by_name_before_anything_is_published(broken, breaks):
    feature, traders = breaks(broken)
    with pytest.raises(ParityError) as error:
        run_step(broken, "recompute_features", [DAY])
    assert str(error.value).startswith(f"gold_trader_features of {T}: ")
    assert any(trader in str(error.value) for trader in traders)
    assert f"Run gold_trader_features for {DAY} again" in str(error.value)
    row = broken.ledger.latest()[("recompute_features", DAY)]
    assert row["status"] == "failed"
    (counted,) = json.loads(row["inputs"])
    assert counted["differences"] >= 1
    assert counted["traders"] == read(broken, TABLE, T).height
    if feature == "diversification_30d":
        assert counted["differences"] == 1
        assert f"{feature} of {traders[0]} is " in str(error.value)
    for step in ("publish_warm", "materialize_features", "publish_hot"):
        with pytest.raises(ParityError, match=f"Nothing of {DAY} is published, because recompute_features .* failed"):
            run_step(broken, step, [DAY])
    # Feast's own way to put rows online is no way around it.
    store = feature_store(broken.settings)
    with quiet(), pytest.raises(ParityError, match=f"Nothing of {DAY} is published"):
        store.materialize(midnight(T) - timedelta(hours=1), midnight(T), [VIEW])
    asked = pd.DataFrame({"trader_address": [traders[0]], "event_timestamp": [midnight(T)]})
    with quiet(), pytest.raises(ParityError, match=f"Nothing of {DAY} is published"):
        store.get_historical_features(asked, [f"{VIEW}:{feature}"]).to_df()


def test_trades_that_are_not_there_are_named_too(broken, monkeypatch):
    """A trader with features and without a trade in the window, as after a table was emptied."""
    original = Reader._trades
    monkeypatch.setattr(Reader, "_trades", lambda reader: ({}, original(reader)[1]))
    with pytest.raises(ParityError, match=r"total_trades_30d of .* its trades say 0"):
        run_pass(broken, RunReport("recompute_features"), (DAY,))


def test_a_day_without_features_is_skipped_and_says_what_to_run(market):
    with lakes.opened(market) as context:
        report = run_pass(context, RunReport("recompute_features"), (shift(DAY, 3),))
    assert (
        report.skipped == f"gold_trader_features has no rows of {shift(DAY, 4)}: run its step for {shift(DAY, 3)} first"
    )
