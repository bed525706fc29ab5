"""Files of daily facts as a walk reads them: rows of its traders, and what an older file lacks."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.windowing.fact_files import read_files
from pumploss.errors import LakeError
from pumploss.tables import gold_market_day, gold_trader_mints
from tests.building.feature_inputs import written
from tests.building.frames import arrow_of

TABLE, DAYS = gold_trader_mints.TABLE, (date(2026, 1, 5), date(2026, 1, 6))
NAMES = ("trader_address", "day", "mint_numbers", "first_seen_mint_count")


def row(trader, cohort, day):
    return {"trader_address": trader, "trader_cohort": cohort, "day": day, "mint_numbers": [cohort, 7]}


def read(files, cohorts=range(16), table=TABLE, names=NAMES):
    return read_files(table, files, names, cohorts)


def test_rows_have_the_day_of_their_file_and_are_of_the_wanted_cohorts(tmp_path):
    rows = [row("ann", 0, DAYS[0]), row("ben", 3, DAYS[0]), row("cid", 4, DAYS[0]), row("dan", 1, DAYS[1])]
    files = written(tmp_path, TABLE, arrow_of(TABLE, *rows))
    found = {(one["trader_address"], one["day"]): one["mint_numbers"] for one in read(files).to_pylist()}
    assert found == {(one["trader_address"], one["day"]): one["mint_numbers"] for one in rows}
    assert read(files, range(4))["trader_address"].to_pylist() == ["ann", "ben", "dan"]
    assert read(files, range(8, 12)).schema == read([]).schema


def test_a_column_that_a_file_lacks_is_missing(tmp_path):
    (file,) = written(tmp_path, TABLE, arrow_of(TABLE, row("ann", 0, DAYS[0])))
    pq.write_table(pq.read_table(file.path).drop_columns("first_seen_mint_count"), file.path)
    assert read([file])["first_seen_mint_count"].to_pylist() == [None]
    assert read([file]).schema.field("first_seen_mint_count").type == pa.int64()


def test_a_file_without_a_list_is_named(tmp_path):
    (file,) = written(tmp_path, TABLE, arrow_of(TABLE, row("ann", 0, DAYS[0])))
    pq.write_table(pq.read_table(file.path).drop_columns("mint_numbers"), file.path)
    with pytest.raises(LakeError, match="gold_trader_mints of 2026-01-05 was written without mint_numbers"):
        read([file])


def test_rows_of_no_trader_are_read_by_every_task(tmp_path):
    rows = [{"day": day, "losing_sell_share": 0.5} for day in DAYS]
    files = written(tmp_path, gold_market_day.TABLE, arrow_of(gold_market_day.TABLE, *rows))
    for cohorts in (range(4), range(16)):
        found = read(files, cohorts, gold_market_day.TABLE, ("day", "losing_sell_share"))
        assert sorted(found["day"].to_pylist()) == list(DAYS)
        assert found["losing_sell_share"].to_pylist() == [0.5, 0.5]
