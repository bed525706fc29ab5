"""What each trader did with positions on each day, beside a plain recount of the round trips."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from features.rolling.position_outcomes import losing_runs
from features.tapes.position_walk import outcomes
from features.tapes.positions import positions_of
from jobs import gold_trader_positions
from pumploss import checks
from pumploss.tables import silver_round_trips
from pumploss.tables.gold_trader_positions import TABLE
from tests.building.round_trips import DAY, SCHEMA, drawn

SEEDS = range(6)
MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


def days_of(rows):
    """Rows of the table by trader and day."""
    found = positions_of(pa.Table.from_pylist(rows, schema=SCHEMA)).to_pylist()
    return {(row["trader_address"], row["day"]): row for row in found}


def by_day(rows):
    ordered = sorted(rows, key=lambda row: (row["trader_address"], row["day"]))
    return {key: list(of_day) for key, of_day in groupby(ordered, key=lambda r: (r["trader_address"], r["day"]))}


def longest_run(made):
    return max(len(run) for run in "".join("l" if pnl < 0 else "." for pnl in made).split("."))


@pytest.mark.parametrize("seed", SEEDS)
def test_outcomes_are_those_of_the_positions_emptied_on_the_day(seed):
    rows = drawn(seed)
    found = days_of(rows)
    assert found.keys() == by_day(rows).keys()
    for key, own in by_day(rows).items():
        exits = sorted((row for row in own if row["is_closed"]), key=lambda row: row["exit_order"])
        made = [row["realised_pnl_lamports"] for row in exits]
        held = [row["exited"] - row["entered"] for row in exits]
        kept = [not pnl < 0 for pnl in made]
        expected = {
            "closed_position_count": len(made), "won_position_count": sum(pnl > 0 for pnl in made),
            "lost_position_count": sum(pnl < 0 for pnl in made), "closed_hold_micros": sum(held),
            "won_lamports": sum(max(pnl, 0) for pnl in made), "lost_lamports": sum(max(-pnl, 0) for pnl in made),
            "fast_win_count": sum(pnl > 0 and time <= 60 * 10**6 for pnl, time in zip(made, held, strict=True)),
            "first_loss_run_count": kept.index(True) if any(kept) else len(kept),
            "last_loss_run_count": kept[::-1].index(True) if any(kept) else len(kept),
            "longest_loss_run_count": longest_run(made), "largest_loss_lamports": max([0, *(-pnl for pnl in made)]),
            "exit_times": [row["exited"] for row in exits], "exit_results": made,
            "known_at": max(row["known_at"] for row in own),
        }  # fmt: skip
        assert {name: found[key][name] for name in expected} == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_opened_and_what_is_carried_on(seed):
    rows = drawn(seed)
    found = days_of(rows)
    for (trader, day), own in by_day(rows).items():
        got = found[trader, day]
        opened = sorted((r for r in own if r["entered"] // DAY == (day - date(1970, 1, 1)).days), key=_entry)
        exits = [row["exit_order"] for row in own if row["is_closed"]]
        assert got["opening_times"] == [row["entered"] for row in opened]
        assert got["opening_stakes"] == [row["entry_cost_lamports"] for row in opened]
        assert got["exits_before"] == [sum(left < row["entry_order"] for left in exits) for row in opened]
        whole = [row for row in opened if row["is_closed"]]
        assert sorted(got["hold_times"]) == sorted(row["exited"] - row["entered"] for row in whole)
        assert got["added_buy_count"] == sum(row["buy_count"] - 1 for row in whole)
        assert got["averaged_down_count"] == sum(row["averaged_down_count"] for row in whole)
        carried = sorted((row for row in own if row not in whole), key=_opening)
        names = ("opening_times", "opening_places", "exit_times", "buys", "averaged_down_buys")
        listed = list(zip(*(got[f"carried_{name}"] for name in names), strict=True))
        assert listed == [
            (r["entered"], r["entry_order"], r["exited"], r["buy_count"], r["averaged_down_count"]) for r in carried
        ]


def _entry(row):
    return row["entry_order"]


def _opening(row):
    return row["entered"], row["entry_order"]


@pytest.mark.parametrize("seed", SEEDS)
def test_days_in_any_split_and_order_give_the_same_rows(seed):
    rows, draw = drawn(seed), Random(seed)
    whole = days_of(rows)
    parts = [[], [], []]
    for own in by_day(rows).values():
        draw.choice(parts).extend(draw.sample(own, len(own)))
    split = [days_of(part) for part in parts]
    assert {key: row for part in split for key, row in part.items()} == whole


@pytest.mark.parametrize("seed", SEEDS)
def test_runs_of_losses_are_the_same_however_exits_are_cut_into_days(seed):
    draw = Random(seed)
    made = np.array([draw.choice([-3, -2, -1, 0, 4]) for _ in range(draw.randrange(1, 40))])
    whole = joined(made, np.array([0, len(made)]))
    assert whole == (len(made) - max((i + 1 for i, pnl in enumerate(made) if pnl >= 0), default=0),
                     longest_run(made), max(0, -int(made.min())))  # fmt: skip
    for _ in range(20):
        cuts = np.array([0, *sorted(draw.randrange(len(made) + 1) for _ in range(draw.randrange(9))), len(made)])
        assert joined(made, cuts) == whole, cuts


def joined(made, cuts):
    """Runs over all days, of exits that are cut into days there; a cut that comes twice is a day without an exit."""
    days = outcomes(cuts, made, np.zeros(len(made), np.int64), 0)
    names = (np.ascontiguousarray(days[:, column]) for column in (0, 7, 8, 9, 10))
    return tuple(int(one[0]) for one in losing_runs(np.array([0]), np.array([len(days)]), *names))


def test_round_trips_as_their_table_has_them(frame, rows_of):
    held = {"trader_address": "ann", "token_mint": "m1", "entered_at": MORNING, "entry_order_in_day": 1,
            "entry_cost_lamports": 5, "buy_count": 2, "averaged_down_count": 1}  # fmt: skip
    sold = {"token_mint": "m2", "entry_order_in_day": 3, "exit_order_in_day": 4, "is_closed": True,
            "exited_at": MORNING + timedelta(seconds=9), "realised_pnl_lamports": -7}  # fmt: skip
    later = {"close_day": date(2026, 1, 7), "is_closed": True, "exit_order_in_day": 1,
             "exited_at": MORNING + timedelta(days=2), "realised_pnl_lamports": 3}  # fmt: skip
    rows = [{**held, "close_day": date(2026, 1, 5)}, {**held, **sold, "close_day": date(2026, 1, 5)}, {**held, **later}]
    found = gold_trader_positions.transform(frame(silver_round_trips.TABLE, *rows))
    assert found.columns == TABLE.names
    measured = checks.measure(TABLE, found)
    assert checks.failures(measured, checks.judged(TABLE.name, TABLE.all_checks, measured.metrics)) == []
    first, second = rows_of(found, "day")
    start = int(MORNING.timestamp()) * 10**6
    assert (first["opening_times"], first["exits_before"], first["hold_times"]) == ([start] * 2, [0, 0], [9 * 10**6])
    assert (first["carried_opening_places"], first["carried_exit_times"]) == ([1], [0])
    assert (second["opening_times"], second["exit_results"], second["hold_times"]) == ([], [3], [])
    assert (second["carried_exit_times"], second["carried_buys"]) == ([start + 2 * DAY], [2])
    assert (first["lost_position_count"], second["won_position_count"], second["fast_win_count"]) == (1, 1, 0)
