"""What is measured of positions, against plain Python that keeps each position's latest row before T."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from pumploss.days import midnight
from tests.building.round_trips import DAYS, FIRST, drawn, last_states, measured, micros, ordered

PAIRS = [(trader, FIRST + timedelta(days=day)) for trader in ("ann", "ben", "cid") for day in range(0, DAYS + 9, 4)]
SEEDS = range(12)


def each_window(seed):
    rows = drawn(seed)
    for (trader, as_of), found in measured(rows, PAIRS).items():
        yield found, last_states(rows, trader, as_of), as_of


def opened_in(states, as_of):
    """Seconds held, and whether that is all, of the positions opened in the 30 days before T."""
    start = micros(midnight(as_of) - timedelta(days=30))
    end = start + 30 * 86_400 * 10**6
    return [
        ((row["exited"] if row["is_closed"] else end) - row["entered"], row["is_closed"])
        for row in states
        if row["entered"] >= start
    ]


def survival(times):
    """Kaplan and Meier in fractions: the share held for longer than each time at which something was sold."""
    left, curve = Fraction(1), []
    for time in sorted({held for held, is_sold in times if is_sold}):
        watched = sum(held >= time for held, _ in times)
        sold = sum(held == time and is_sold for held, is_sold in times)
        left *= 1 - Fraction(sold, watched)
        curve.append((time, left))
    return curve


def within(times, share):
    return next((time / 1e6 for time, left in survival(times) if left <= 1 - share), None)


def held_for(times, micros_held):
    """The share held for at least so long; None where nothing was watched for so long and something is open."""
    last = [left for time, left in survival(times) if time < micros_held][-1:] or [Fraction(1)]
    is_known = any(held >= micros_held for held, _ in times) or (times and last[0] == 0)
    return float(last[0]) if is_known else None


@pytest.mark.parametrize("seed", SEEDS)
def test_hold_times_are_those_of_kaplan_and_meier(seed):
    for found, states, as_of in each_window(seed):
        times = opened_in(states, as_of)
        minute, day = held_for(times, 60 * 10**6), held_for(times, 86_400 * 10**6 + 1)
        assert found["opened_position_count_30d"] == len(times)
        assert found["still_open_position_count_30d"] == sum(not is_sold for _, is_sold in times)
        assert found["hold_p10_seconds_30d"] == within(times, Fraction(1, 10))
        assert found["hold_median_seconds_30d"] == within(times, Fraction(1, 2))
        assert found["hold_p90_seconds_30d"] == within(times, Fraction(9, 10))
        assert found["held_under_60s_share_30d"] == (None if minute is None else pytest.approx(1 - minute))
        assert found["held_over_24h_share_30d"] == (None if day is None else pytest.approx(day))


@pytest.mark.parametrize("seed", SEEDS)
def test_closed_positions_are_summed_by_the_day_that_emptied_them(seed):
    for found, states, _ in each_window(seed):
        closed = [row["exited"] - row["entered"] for row in states if row["is_closed"]]
        assert found["closed_position_count_30d"] == len(closed)
        assert found["closed_hold_micros_30d"] == sum(closed)


@pytest.mark.parametrize("seed", SEEDS)
def test_wins_losses_and_runs_follow_the_order_in_which_positions_were_emptied(seed):
    for found, states, _ in each_window(seed):
        closed = sorted((row for row in states if row["is_closed"]), key=lambda row: (row["day"], row["exit_order"]))
        made = [row["realised_pnl_lamports"] for row in closed]
        runs = [len(run) for run in "".join("l" if pnl < 0 else "." for pnl in made).split(".")]
        losses = [-pnl for pnl in made if pnl < 0]
        assert found["won_position_count_30d"] == sum(pnl > 0 for pnl in made)
        assert found["lost_position_count_30d"] == len(losses)
        assert found["won_lamports_30d"] == sum(pnl for pnl in made if pnl > 0)
        assert found["lost_lamports_30d"] == sum(losses)
        fast = [row for row in closed if row["realised_pnl_lamports"] > 0 and row["exited"] - row["entered"] <= 60e6]
        assert found["fast_win_count_30d"] == len(fast)
        assert found["largest_loss_lamports_30d"] == max(losses, default=0)
        assert (found["current_loss_run_30d"], found["longest_loss_run_30d"]) == (runs[-1], max(runs))


@pytest.mark.parametrize("seed", SEEDS)
def test_added_buys_count_once_however_often_a_position_changed(seed):
    for found, states, as_of in each_window(seed):
        opened = [row for row in states if row["entered"] >= micros(midnight(as_of) - timedelta(days=30))]
        assert found["added_buy_count_30d"] == sum(row["buy_count"] - 1 for row in opened)
        assert found["averaged_down_count_30d"] == sum(row["averaged_down_count"] for row in opened)


@pytest.mark.parametrize("seed", SEEDS)
def test_known_at_covers_every_row_of_the_window(seed):
    rows = drawn(seed)
    for (trader, as_of), found in measured(rows, PAIRS).items():
        start = as_of - timedelta(days=30)
        used = [row["known_at"] for row in rows if row["trader_address"] == trader and start <= row["day"] < as_of]
        assert found["known_at"] == max([midnight(as_of), *used])


@pytest.mark.parametrize("seed", SEEDS)
def test_neither_the_order_of_rows_nor_what_happens_later_shows(seed):
    rows = drawn(seed)
    whole = measured(rows, PAIRS)
    assert measured(Random(seed).sample(rows, len(rows)), PAIRS) == whole
    for pair in PAIRS[:14]:
        earlier = [row for row in rows if row["day"] < pair[1]]
        assert measured(earlier, [pair]) == {pair: whole[pair]}


def test_an_open_position_is_censored_at_t():
    opened = datetime(2026, 1, 9, 23, 59, tzinfo=UTC)
    base = {"trader_address": "ann", "trader_cohort": 1, "day": opened.date(), "known_at": opened, "episode_index": 0}
    sold = {**base, "entered": micros(opened), "exited": micros(opened) + 30 * 10**6, "is_closed": True}
    held = {**base, "entered": micros(opened), "exited": 0, "is_closed": False, "episode_index": 1}
    figures = {"realised_pnl_lamports": 0, "buy_count": 1, "averaged_down_count": 0, "entry_cost_lamports": 1}
    rows = ordered([{**row, **figures} for row in (sold, held)])
    row = measured(rows, [("ann", date(2026, 1, 10))])["ann", date(2026, 1, 10)]
    # Half is sold within 30 s; of the other half it is known for no more than the minute until T.
    assert (row["hold_median_seconds_30d"], row["hold_p90_seconds_30d"]) == (30.0, None)
    assert (row["held_under_60s_share_30d"], row["held_over_24h_share_30d"]) == (0.5, None)


def test_a_streak_follows_the_trader_s_own_order_within_a_second():
    opened = datetime(2026, 1, 9, 12, tzinfo=UTC)
    base = {
        "trader_address": "ann", "trader_cohort": 1, "day": opened.date(), "known_at": opened,
        "entered": micros(opened), "exited": micros(opened) + 10**6, "is_closed": True, "buy_count": 1,
        "averaged_down_count": 0, "entry_cost_lamports": 1,
    }  # fmt: skip
    # As trades are ordered: a loss, a win, a loss; neither mint nor profit nor entry decides.
    sold = ((1, 4, -5), (2, 5, 7), (3, 6, -9))
    rows = [
        {**base, "episode_index": entry, "entry_order": entry, "exit_order": left, "realised_pnl_lamports": made}
        for entry, left, made in sorted(sold, key=lambda one: one[2])
    ]
    row = measured(rows, [("ann", date(2026, 1, 10))])["ann", date(2026, 1, 10)]
    assert (row["longest_loss_run_30d"], row["current_loss_run_30d"], row["lost_position_count_30d"]) == (1, 1, 2)
