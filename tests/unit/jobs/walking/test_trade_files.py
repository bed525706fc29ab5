"""Files of trades as a walk reads them."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobs.walking.trade_files import read_trades
from pumploss.lake.files import write_partition
from pumploss.tables.silver_trades import TABLE
from sources import SOURCES
from tests.building.frames import arrow_of
from tests.building.walked_trades import NOON

DAYS = (NOON.date(), date(2026, 1, 6))
FLOAT = next(name for name, source in SOURCES.items() if source.is_float)
EXACT = next(name for name, source in SOURCES.items() if not source.is_float)


@pytest.fixture
def files(tmp_path):
    """Two days of one trade for each of three cohorts, the second day from a source that tells floats."""
    for day, source in zip(DAYS, (EXACT, FLOAT), strict=True):
        rows = arrow_of(TABLE, *(
            {"trade_id": f"{day}-{cohort}", "trade_date": day, "trader_cohort": cohort, "source": source,
             "token_units": 10**15, "token_decimals": 6}
            for cohort in (0, 7, 15)
        ))  # fmt: skip
        write_partition(TABLE, str(tmp_path), {TABLE.day: day}, rows.drop_columns(TABLE.day))
    return [(str(next(tmp_path.rglob(f"{TABLE.day}={day}/*.parquet"))), day) for day in DAYS]


def test_each_file_has_its_day_and_only_what_a_source_told_roughly_a_resolution(files):
    read = read_trades(files).to_pylist()
    assert [(row["trade_id"], row["trade_date"]) for row in read] == [
        (f"{day}-{cohort}", day) for day in DAYS for cohort in (0, 7, 15)
    ]
    expected = SOURCES[FLOAT].resolution_units(10**15, 6)
    assert Decimal(int(expected)) > 0
    assert [row["resolution_units"] for row in read] == [0] * 3 + [int(expected)] * 3


def test_only_some_cohorts_are_read_and_nothing_of_no_file(files):
    assert read_trades(files, range(4, 8))["trade_id"].to_pylist() == [f"{day}-7" for day in DAYS]
    nothing = read_trades([])
    assert (len(nothing), nothing.schema) == (0, read_trades(files).schema)
    assert pa.types.is_dictionary(nothing.schema.field("token_mint").type)
    assert pc.all(read_trades(files)["is_hop"].is_valid()).as_py()
