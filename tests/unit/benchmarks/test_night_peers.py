"""What others' engines make of a day by programs of their own is what our steps make of it."""

import polars as pl
import pytest

from benchmarks import night_by_duckdb, night_by_polars, night_by_steps, night_peers
from simulator import Market, write_dumps

NIGHTS = {"duckdb": night_by_duckdb.night, "polars": night_by_polars.night}


@pytest.fixture(scope="module")
def built(tmp_path_factory, spark):
    """The lake of a day of a market, and where the dump of it lies."""
    del spark
    home, market = tmp_path_factory.mktemp("peers"), Market(days=1, trades_per_day=3_000)
    write_dumps(market, home / "landing")
    dumps = home / "landing/canonical" / str(market.first_day)
    night_by_steps.night(dumps, home)
    return home / "lake", dumps


def test_every_peer_is_among_them():
    assert tuple(NIGHTS) == night_peers.PEERS


@pytest.mark.parametrize("peer", NIGHTS)
def test_a_peer_gives_the_same_results_days_and_features(peer, built, tmp_path):
    lake, dumps = built
    NIGHTS[peer](dumps, tmp_path)
    night_peers.compare(lake, tmp_path)


def test_what_differs_is_told(built, tmp_path):
    lake, dumps = built
    night_by_polars.night(dumps, tmp_path)
    days = pl.read_parquet(tmp_path / "trader_days.parquet")
    days.with_columns(pl.col("loss_count") + 1).write_parquet(tmp_path / "trader_days.parquet")
    with pytest.raises(AssertionError, match=r"trader_days\.loss_count"):
        night_peers.compare(lake, tmp_path)
