"""A walk out of files into files: profit and loss, lots and round trips of splits of the cohorts."""

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from jobs.running.runner import run_pass, run_step, run_steps
from jobs.walking.splits import LOTS, PNL, TRIPS, write_split
from pnl.round_trips import STATE
from pumploss import checks
from pumploss.cohort import COHORTS
from pumploss.columns import POSITION
from pumploss.errors import ConservationError
from pumploss.lake.files import write_partition
from pumploss.lake.splits import SPLIT
from pumploss.report import RunReport
from pumploss.tables import silver_trades
from tests.building.walked_trades import NOON, buy, later, picked, sell, trades_of

TODAY, TOMORROW = NOON.date(), date(2026, 1, 6)
TABLES = (PNL, LOTS, TRIPS)
#: What a task is handed of earlier rows.
CARRIED = ((LOTS, LOTS.names), (TRIPS, STATE))
_TYPES = {name: table.arrow_schema.field(name).type for table, names in CARRIED for name in names}
_GIVEN = pa.schema([*_TYPES.items(), ("path", pa.string()), (SPLIT, pa.int32())])


@pytest.fixture
def walk(tmp_path):
    """`walk(trades, before, splits)`: rows by table, and faults, of tasks over files of trades on top of what was."""

    def walk(trades, before=None, splits=1):
        named = []
        for day in trades["trade_date"].unique().to_pylist():
            of_day, root = trades.filter(pc.equal(trades["trade_date"], pa.scalar(day))), tmp_path / uuid4().hex
            write_partition(silver_trades.TABLE, str(root), {"trade_date": day}, of_day.drop_columns("trade_date"))
            named.append({"path": str(next(root.rglob("*.parquet"))), LOTS.day: day})
        earlier = [
            {name: row[name] for name in names}
            for table, names in CARRIED
            for row in (before or {}).get(table.name, ())
        ]
        told, folders = [], {table.name: str(tmp_path / uuid4().hex) for table in TABLES}
        for number in range(splits):
            own = [row for row in earlier if row["trader_cohort"] // (COHORTS // splits) == number]
            rows = [{**row, SPLIT: number} for row in (*named, *own)]
            if rows:  # as the engine, which has no groups of nothing
                told += write_split(folders, splits, pa.Table.from_pylist(rows, schema=_GIVEN)).to_pylist()
        made = {table.name: _read(table, folders[table.name]) for table in TABLES}
        return made, [row["fault"] for row in told if row["fault"]]

    return walk


def _read(table, folder):
    """All rows below a folder, with their days, by key and day."""
    rows = []
    for file in sorted(Path(folder).rglob("*.parquet")):
        day = date.fromisoformat(file.parts[-3].partition("=")[2])
        rows += [{**row, table.day: day} for row in pq.ParquetFile(file).read().to_pylist()]
    return sorted(rows, key=lambda row: tuple(row[name] for name in (table.day, *table.key)))


def latest(made):
    """Of each position the rows of its latest day of lots and of round trips: what a later walk is handed."""
    found = {}
    for table in (LOTS, TRIPS):
        last = {tuple(row[name] for name in POSITION): row[table.day] for row in made[table.name]}
        found[table.name] = [
            row for row in made[table.name] if last[tuple(row[name] for name in POSITION)] == row[table.day]
        ]
    return found


def test_the_next_one_counts_on_from_the_last(walk):
    first, _ = walk(trades_of(buy(10, 100), sell(10, 90), buy(4, 44)))
    both = trades_of(later(sell(4, 60)), later(buy(2, 5)))
    second, told = walk(both, latest(first))
    assert told == []
    assert picked(
        second[TRIPS.name], "episode_index", "entered_at", "outcome", "realised_pnl_lamports", "bought_units"
    ) == [
        (1, first[TRIPS.name][1]["entered_at"], "won", 16, 4),
        (2, NOON + timedelta(days=1, seconds=1), "open", 0, 2),
    ]


def test_nothing_traded_gives_nothing(walk):
    nothing = {table.name: [] for table in TABLES}
    assert walk(trades_of()) == (nothing, [])
    made, told = walk(trades_of(buy(10, 100)), splits=16)
    assert [picked(made[table.name], "trader_cohort") for table in TABLES] == [[(3,)]] * 3
    assert told == []


@pytest.mark.parametrize(
    ("lots", "trips", "starts"),
    [
        ({"open_cost_lamports": 599}, {}, "6 units at 599 lamports, what came before left 6 at 600"),
        ({"open_units": 7}, {}, "7 units at 600 lamports, what came before left 6 at 600"),
        ({}, {"left_units": 0}, "6 units at 600 lamports, what came before left 0 at 600"),
        ({}, None, "6 units at 600 lamports, what came before left 0 at 0"),
        (None, {}, "0 units at 0 lamports, what came before left 6 at 600"),
    ],
)
def test_lots_and_round_trips_that_disagree_are_told_and_nothing_is_written(walk, lots, trips, starts):
    first, _ = walk(trades_of(buy(10, 1000), sell(4, 500)))
    wrong = {
        name: [] if change is None else [{**row, **change} for row in first[name]]
        for name, change in ((LOTS.name, lots), (TRIPS.name, trips))
    }
    made, (fault,) = walk(trades_of(later(buy(6, 300))), wrong)
    assert made == {table.name: [] for table in TABLES}
    assert fault == (
        f"silver_round_trips of {TOMORROW}: trade 0 of t in m starts from {starts}. Run silver_trade_pnl again from "
        "the day before."
    )


@pytest.mark.parametrize("splits", [4, 16])
def test_splits_of_cohorts_give_what_one_gives(walk, splits):
    names = [f"trader {n}" for n in range(40)]
    trades = trades_of(
        *(buy(10 + n, 100, trader_address=name, trader_cohort=n % 16) for n, name in enumerate(names)),
        *(later(sell(10, 90, trader_address=name, trader_cohort=n % 16)) for n, name in list(enumerate(names))[::3]),
        *(later(buy(7, 5, trader_address=name, trader_cohort=n % 16)) for n, name in list(enumerate(names))[::2]),
    )
    whole, told = walk(trades)
    assert len(whole[TRIPS.name]) == 40 + len({*names[::3], *names[::2]}) + 1  # the first one sold all, and began again
    assert told == []
    assert walk(trades, splits=splits) == (whole, [])
    today, tomorrow = (trades.filter(pc.equal(trades["trade_date"], pa.scalar(day))) for day in (TODAY, TOMORROW))
    first, _ = walk(today, splits=splits)
    second, _ = walk(tomorrow, latest(first), splits=splits)
    assert second == {table.name: [row for row in whole[table.name] if row[table.day] == TOMORROW] for table in TABLES}


STEPS = ("bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl")


def test_a_night_goes_on_from_the_lake(context, land, digests, rows_of):
    """Three days: a position is entered, halved and left. Then the lots of the second lose a lamport."""
    days = [TODAY + timedelta(days=n) for n in range(3)]
    for n, trade in enumerate([buy(10, 1000), sell(4, 500), sell(6, 300)]):
        row = {"traded_at": NOON + timedelta(days=n), "trader_address": "ann", "token_mint": "cat", **trade}
        land(context.settings.landing, days[n], [{**row, "signature": f"s{n}"}])
    run_steps(context, STEPS, days)
    whole = digests(context)
    for day in days:
        run_step(context, "silver_trade_pnl", [day])
    assert digests(context) == whole
    rows = rows_of(context.lake.read(TRIPS), "close_day")
    assert picked(rows, "outcome", "left_units", "sell_count") == [("open", 10, 0), ("open", 6, 1), ("lost", 0, 2)]

    lots = rows_of(context.lake.read(LOTS, [TOMORROW]))
    lots[0]["open_cost_lamports"] -= 1
    short = pa.Table.from_pylist(lots, schema=LOTS.arrow_schema)
    staged = context.lake.stage("short", context.spark.createDataFrame(short))
    context.lake.replace(LOTS, staged, [TOMORROW], {TOMORROW: 1})
    # A run would have seen before that the lots are not those of the ledger.
    with pytest.raises(ConservationError, match=r"starts from 6 units at 599 lamports, what came before left 6 at 600"):
        run_pass(context, RunReport("silver_trade_pnl"), (days[2],))


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


def test_a_round_trip_that_contradicts_itself_is_not_published(frame, walk):
    made, _ = walk(trades_of(buy(10, 100), sell(10, 90)))
    (trip,) = made[TRIPS.name]
    days = [TODAY + timedelta(days=n) for n in range(len(WRONG) + 1)]
    rows = [{**trip, **wrong, "close_day": day} for day, (wrong, _) in zip(days, [*WRONG, ({}, "")], strict=True)]
    stops = checks.stops(checks.judge(checks.measure(TRIPS, frame(TRIPS, *rows))))
    for day, (_, check) in zip(days, WRONG, strict=False):
        assert [str(verdict) for verdict in stops if verdict.day == day and check in str(verdict)], (day, check)
    assert {verdict.day for verdict in stops} == set(days[:-1])
