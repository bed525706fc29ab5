"""The join on the day grid gives what Feast gives, of any rows that the table may hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from feature_repo.store import VIEW, feature_store, quiet
from features.registry import TABLE
from jobs.running.context import open_context
from jobs.training import rows as training_rows
from jobs.training.joining import join
from pumploss.contract import Type
from pumploss.errors import LakeError
from tests.building import planted_lake

T = datetime(2026, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
WANTED = ("loss_trades_24h", "win_rate_30d", "buy_sol_7d")
TRADERS = [f"trader{n:02d}" for n in range(40)]


def feature_row(rng, trader, as_of, known_at):
    neutral = {Type.BIGINT: 0, Type.INT: 0, Type.DOUBLE: None, Type.BOOLEAN: False, Type.STRING: "", Type.TIMESTAMP: T}
    filled = {column.name: neutral.get(column.type) for column in TABLE.columns}
    own = {"trader_address": trader, "as_of": as_of, "known_at": known_at, "feature_day": as_of.date()}
    drawn = {"loss_trades_24h": int(rng.integers(0, 99)), "buy_sol_7d": float(rng.exponential())}
    return {**filled, **own, **drawn, "win_rate_30d": float(rng.random()) if rng.random() < 0.8 else None}


def written(lake, seed):
    """Rows of ten days: some traders are missing on some, some were known days later, some twice at one T."""
    rng, rows = np.random.default_rng(seed), []
    for day in range(10):
        for trader in TRADERS:
            if rng.random() < 0.5:
                as_of = T + day * DAY
                late = [timedelta(0), timedelta(0), timedelta(hours=-3), DAY, timedelta(hours=40)]
                drawn = rng.choice(len(late), size=1 + int(rng.random() < 0.2), replace=False)
                rows += [feature_row(rng, trader, as_of, as_of + late[known]) for known in drawn]
    rows = {(row["trader_address"], row["as_of"], row["known_at"]): row for row in rows}
    batch = pa.Table.from_pylist(list(rows.values()), schema=TABLE.arrow_schema)
    path = f"{lake}/{TABLE.name}"
    write_deltalake(path, batch, mode="overwrite", partition_by=list(TABLE.partition_by))
    return DeltaTable(path).version()


def labels():
    asked = [(trader, T + day * DAY) for day in range(-1, 13) for trader in (*TRADERS, "nobody")]
    return pl.DataFrame(asked, schema={"trader_address": pl.String, "as_of": pl.Datetime("us", "UTC")}, orient="row")


def by_feast(settings, version):
    store = feature_store(settings, versions={TABLE.name: version})
    with quiet():
        entities = labels().rename({"as_of": "event_timestamp"}).to_pandas()
        features = [f"{VIEW}:{name}" for name in WANTED]
        found = store.get_historical_features(entities, features, filter_by_created_timestamp=True).to_arrow()
    return pl.DataFrame(pl.from_arrow(found)).sort("event_timestamp", "trader_address")


@pytest.mark.parametrize("seed", range(3))
def test_it_is_feasts_join(settings, seed):
    from feature_repo.definitions import TTL

    version = written(settings.lake, seed)
    ours = join(settings.lake, TABLE, version, labels().sample(fraction=1, shuffle=True, seed=seed), WANTED, TTL)
    theirs = by_feast(settings, version)
    assert ours["trader_address"].to_list() == theirs["trader_address"].to_list()
    assert ours["event_timestamp"].to_list() == theirs["event_timestamp"].to_list()
    for name in WANTED:
        expected = theirs[name].cast(pl.Float32) if theirs[name].dtype.is_float() else theirs[name]
        assert ours[name].to_list() == expected.to_list(), name
    assert 0.3 < ours["loss_trades_24h"].null_count() / len(ours) < 0.7


def test_another_version_is_another_answer_and_a_gone_one_is_named(settings):
    from feature_repo.definitions import TTL

    first, second = written(settings.lake, 1), written(settings.lake, 2)
    found = [join(settings.lake, TABLE, version, labels(), WANTED, TTL) for version in (first, second, first)]
    assert found[0].equals(found[2])
    assert not found[0].equals(found[1])
    with pytest.raises(LakeError, match="at version 99 cannot be opened"):
        join(settings.lake, TABLE, 99, labels(), WANTED, TTL)


def test_files_of_cohorts_without_labels_are_not_read(settings):
    path, rng = f"{settings.lake}/{TABLE.name}", np.random.default_rng(1)
    for cohort in (0, 5, 9):
        rows = [{**feature_row(rng, trader, T, T), "trader_cohort": cohort} for trader in TRADERS[cohort : cohort + 3]]
        batch = pa.Table.from_pylist(rows, schema=TABLE.arrow_schema)
        write_deltalake(path, batch, mode="append", partition_by=list(TABLE.partition_by))
    asked = labels().filter(pl.col("trader_address").is_in(TRADERS[:8]) & (pl.col("as_of") == T))
    opened, kept = DeltaTable(path), (settings.lake, TABLE, DeltaTable(path).version(), asked, WANTED, DAY)
    whole = join(*kept)
    added = pl.DataFrame(opened.get_add_actions(flatten=True)).filter(pl.col("min.trader_address") == TRADERS[9])
    damaged = Path(path) / added["path"][0]
    # Its pages cannot be read any more; its footer can.
    content = bytearray(damaged.read_bytes())
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    content[4:footer] = bytes(footer - 4)
    damaged.write_bytes(content)
    assert join(*kept, to_cohort=5).equals(whole)
    assert whole["buy_sol_7d"].null_count() == 2
    with pytest.raises(Exception, match=r"."):
        join(*kept)


def test_of_too_many_rows_a_part_of_the_traders_is_drawn():
    assert training_rows.share_of_traders(0) == training_rows.share_of_traders(2_000_000) == 1
    assert training_rows.share_of_traders(8_000_000) == 0.25


def test_who_is_drawn_is_drawn_on_every_day_and_the_tags_say_how_many(settings, spark, monkeypatch):
    planted_lake.build(settings.lake)
    with open_context(settings) as context:
        whole = training_rows.retrieve(context, planted_lake.LAST)
    monkeypatch.setattr(training_rows, "MOST_ROWS", 40 * planted_lake.TRADERS // 3)
    with open_context(settings) as context:
        part = training_rows.retrieve(context, planted_lake.LAST)
    training_rows.release()
    assert (whole.trader_share, whole.data["trader_share"]) == (1.0, "1.000000")
    assert part.trader_share == pytest.approx(1 / 3)
    drawn = len(part.frame.addresses)
    assert 20 <= drawn <= 42
    assert len(part.frame) == 40 * drawn
    kept = np.isin(whole.frame.trader, part.frame.addresses)
    np.testing.assert_array_equal(whole.frame.x[kept], part.frame.x)
    np.testing.assert_array_equal(whole.frame.pnl_sol[kept], part.frame.pnl_sol)
