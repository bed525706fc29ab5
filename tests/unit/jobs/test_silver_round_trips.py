"""Round trips out of files: from the first buy of an empty position until it is empty again."""

from datetime import date, timedelta
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from jobs.running.runner import run_pass, run_step, run_steps
from jobs.silver_round_trips import trace_split
from pnl.round_trips import EPISODE, STATE
from pumploss import checks
from pumploss.cohort import COHORTS
from pumploss.errors import ConservationError
from pumploss.lake.files import write_partition
from pumploss.lake.splits import SPLIT
from pumploss.report import RunReport
from pumploss.tables import silver_open_lots
from pumploss.tables.silver_round_trips import TABLE
from pumploss.tables.silver_trade_pnl import TABLE as PNL
from tests.building.walked_trades import NOON, buy, later, picked, sell, walked

TODAY, TOMORROW = NOON.date(), date(2026, 1, 6)
#: The columns that trades and lots are dated by.
DAYS = ("trade_date", "close_day")


@pytest.fixture
def split(tmp_path):
    """`split(trades, lots, before, splits)`: rows and faults of tasks over files of the two tables by cohorts."""

    def split(trades, lots, before=(), splits=1):
        named = []
        for table, rows in ((PNL, trades), (silver_open_lots.TABLE, lots)):
            for day in rows[table.day].unique().to_pylist():
                of_day = rows.filter(pc.equal(rows[table.day], pa.scalar(day)))
                write_partition(
                    table, str(tmp_path), {"of": table.name, table.day: day}, of_day.drop_columns(table.day)
                )
                path = str(tmp_path / f"of={table.name}" / f"{table.day}={day}" / "rows.parquet")
                named.append({"input": table.name, "path": path, "path_day": day})
        states = [{name: row[name] for name in STATE} for row in before]
        told, folder = [], tmp_path / uuid4().hex
        for number in range(splits):
            width = COHORTS // splits
            carried = [row for row in states if row["trader_cohort"] // width == number]
            schema = pa.schema(
                [
                    *(pa.field(name, TABLE.arrow_schema.field(name).type) for name in STATE),
                    ("input", pa.string()), ("path", pa.string()), ("path_day", pa.date32()), (SPLIT, pa.int32()),
                ]
            )  # fmt: skip
            rows = [{**row, SPLIT: number} for row in (*named, *carried)]
            if rows:  # as the engine, which has no groups of nothing
                told += trace_split(str(folder), splits, pa.Table.from_pylist(rows, schema=schema))["fault"].to_pylist()
        files = sorted(folder.rglob("*.parquet"))
        days = [date.fromisoformat(file.parts[-3].partition("=")[2]) for file in files]
        read = [pq.ParquetFile(file).read().to_pylist() for file in files]
        rows = [{**row, TABLE.day: day} for day, of_day in zip(days, read, strict=True) for row in of_day]
        return sorted(rows, key=lambda row: tuple(row[name] for name in (*EPISODE, "close_day"))), told

    return split


@pytest.fixture
def trips(split):
    """Rows of the table, from trades in order and earlier rows."""

    def trips(trades, before=()):
        found, told = split(*walked(*trades), before)
        assert told == [None]
        assert all(row.keys() == set(TABLE.names) for row in found)
        return found

    return trips


def test_the_next_one_counts_on_from_the_last(trips, split):
    first, second = trips([buy(10, 100), sell(10, 90), buy(4, 44)])
    both = walked(buy(4, 44), later(sell(4, 60)), later(buy(2, 5)))
    tomorrow = [rows.filter(pc.equal(rows[day], TOMORROW)) for rows, day in zip(both, DAYS, strict=True)]
    found, _ = split(*tomorrow, before=[first, second])
    assert picked(found, "episode_index", "entered_at", "outcome", "realised_pnl_lamports", "bought_units") == [
        (1, second["entered_at"], "won", 16, 4),
        (2, NOON + timedelta(days=1, seconds=2), "open", 0, 2),
    ]


def test_nothing_traded_gives_nothing(split):
    assert split(*walked()) == ([], [])
    found, told = split(*walked(buy(10, 100)), splits=16)
    assert picked(found, "trader_cohort") == [(3,)]
    assert told == [None] * 16


def test_lots_that_are_not_what_trades_left_are_told_and_nothing_is_written(split):
    trades, lots = walked(buy(10, 100), later(buy(5, 50)))
    short = lots.to_pylist()
    short[0]["open_cost_lamports"] -= 1
    found, told = split(trades, pa.Table.from_pylist(short[::-1], schema=lots.schema))
    assert found == []
    (fault,) = told
    assert fault == (
        f"silver_open_lots of {TODAY}: the lots of t in m sum to 10 units at 99 lamports, its last trade left 10 at "
        f"100. Run silver_trade_pnl of {TODAY} again."
    )
    assert "sum to None units" in split(trades, lots.slice(0, 0))[1][0]


@pytest.mark.parametrize("splits", [4, 16])
def test_splits_of_cohorts_give_what_one_gives(split, splits):
    names = [f"trader {n}" for n in range(40)]
    trades, lots = walked(
        *(buy(10 + n, 100, trader_address=name) for n, name in enumerate(names)),
        *(later(sell(10, 90, trader_address=name)) for name in names[::3]),
        *(later(buy(7, 5, trader_address=name)) for name in names[::2]),
    )
    cohorts = {name: n % 16 for n, name in enumerate(names)}
    trades, lots = (
        rows.set_column(
            rows.column_names.index("trader_cohort"),
            "trader_cohort",
            pa.array([cohorts[name] for name in rows["trader_address"].to_pylist()], pa.int32()),
        )
        for rows in (trades, lots)
    )
    whole, told = split(trades, lots)
    assert len(whole) == 40 + len({*names[::3], *names[::2]}) + 1  # the first one sold all, and began again
    assert told == [None]
    assert split(trades, lots, splits=splits) == (whole, [None] * splits)
    today, tomorrow = (
        [rows.filter(pc.equal(rows[name], day)) for rows, name in zip((trades, lots), DAYS, strict=True)]
        for day in (TODAY, TOMORROW)
    )
    first, _ = split(*today, splits=splits)
    second, _ = split(*tomorrow, before=first, splits=splits)
    assert second == [row for row in whole if row["close_day"] == TOMORROW]


STEPS = ("bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl", "silver_round_trips")


def test_a_night_goes_on_from_the_lake(context, land, digests, rows_of):
    """Three days: a position is entered, halved and left. Then its lots lose a lamport."""
    days = [TODAY + timedelta(days=n) for n in range(3)]
    for n, trade in enumerate([buy(10, 1000), sell(4, 500), sell(6, 300)]):
        row = {"traded_at": NOON + timedelta(days=n), "trader_address": "ann", "token_mint": "cat", **trade}
        land(context.settings.landing, days[n], [{**row, "signature": f"s{n}"}])
    run_steps(context, STEPS, days)
    whole = digests(context)
    for day in days:
        run_step(context, "silver_round_trips", [day])
    assert digests(context) == whole
    rows = rows_of(context.lake.read(TABLE), "close_day")
    assert picked(rows, "outcome", "left_units", "sell_count") == [("open", 10, 0), ("open", 6, 1), ("lost", 0, 2)]

    lots = rows_of(context.lake.read(silver_open_lots.TABLE, [TOMORROW]))
    lots[0]["open_cost_lamports"] -= 1
    staged = context.lake.stage("short", context.spark.createDataFrame(_lots(lots)))
    context.lake.replace(silver_open_lots.TABLE, staged, [TOMORROW], {TOMORROW: 1})
    # A run would have seen before that the lots are not those of the ledger.
    with pytest.raises(ConservationError, match=r"sum to 6 units at 599 lamports, its last trade left 6 at 600"):
        run_pass(context, RunReport("silver_round_trips"), (TOMORROW,))


def _lots(rows):
    return pa.Table.from_pylist(rows, schema=silver_open_lots.TABLE.arrow_schema)


WRONG = [
    ({"bought_units": 11}, "bought_units = sold_units"),
    ({"buy_cost_lamports": 101}, "buy_cost_lamports = sold_cost"),
    ({"realised_pnl_lamports": -9}, "realised_pnl_lamports = proceeds"),
    ({"is_closed": False}, "is_closed = "),
    ({"outcome": "won"}, "outcome = "),
    ({"peak_units": 11}, "peak_units >= left_units"),
    ({"peak_cost_lamports": 101}, "peak_cost_lamports >= left"),
    ({"entered_at": NOON + timedelta(days=1)}, "exited_at >= entered_at"),
    ({"exited_at": None}, "exited_at IS NOT NULL"),
    ({"sell_count": 0}, "sell_count > 0"),
    ({"buy_count": 0}, "minimum(buy_count)"),
]


def test_a_row_that_contradicts_itself_is_not_published(frame, trips):
    (trip,) = trips([buy(10, 100), sell(10, 90)])
    days = [TODAY + timedelta(days=n) for n in range(len(WRONG) + 1)]
    rows = [{**trip, **wrong, "close_day": day} for day, (wrong, _) in zip(days, [*WRONG, ({}, "")], strict=True)]
    stops = checks.stops(checks.judge(checks.measure(TABLE, frame(TABLE, *rows))))
    for day, (_, check) in zip(days, WRONG, strict=False):
        assert [str(verdict) for verdict in stops if verdict.day == day and check in str(verdict)], (day, check)
    assert {verdict.day for verdict in stops} == set(days[:-1])
