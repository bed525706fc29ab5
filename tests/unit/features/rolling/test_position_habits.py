"""Habits, against plain Python that goes through a trader's opening buys and exits in order."""

from datetime import timedelta
from itertools import groupby
from math import log
from statistics import linear_regression, mean, median, stdev

import pytest
from scipy.stats import spearmanr

from pumploss.days import midnight
from tests.building.round_trips import CAPITAL, DAY, DAYS, FIRST, drawn, measured, micros

PAIRS = [(trader, FIRST + timedelta(days=day)) for trader in ("ann", "ben", "cid") for day in range(0, DAYS + 9, 4)]
SEEDS = range(12)


def moves(rows, trader, as_of, days=30):
    """Opening buys and exits of a trader in the days before T, in order: (time, place in the day, kind, lamports)."""
    end = micros(midnight(as_of))
    own = [row for row in rows if row["trader_address"] == trader]
    buys = {(r["entered"], r["entry_order"], "buy", r["entry_cost_lamports"]) for r in own}
    left = {(r["exited"], r["exit_order"], "exit", r["realised_pnl_lamports"]) for r in own if r["is_closed"]}
    seen = [move for move in buys | left if end - days * DAY <= move[0] < end]
    return sorted(seen, key=lambda move: (move[0] // DAY, move[1])), end


def each_window(seed, days=30):
    rows = drawn(seed)
    for (trader, as_of), found in measured(rows, PAIRS).items():
        yield found, *moves(rows, trader, as_of, days)


def followed(window):
    """Each opening buy that an exit precedes since the last one: (the buy, that exit, costs of the buys before)."""
    latest, costs = None, []
    for move in window:
        if move[2] == "exit":
            latest = move
        else:
            if latest:
                yield move, latest, list(costs)
            costs.append(move[3])
            latest = None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("outcome", "sign"), [("loss", -1), ("win", 1)])
def test_what_follows_a_loss_and_a_win(seed, outcome, sign):
    for found, window, end in each_window(seed):
        after = [(buy, left, costs) for buy, left, costs in followed(window) if left[3] * sign > 0]
        logs = [log(buy[3] / median(costs[-20:])) for buy, _, costs in after if costs]
        waits = [(buy[0] - left[0]) / 1e6 for buy, left, _ in after]
        assert found[f"stakes_after_{outcome}_count_30d"] == len(logs)
        assert found[f"log_stake_after_{outcome}_micros_30d"] == sum(round(one * 1e6) for one in logs)
        assert found[f"wait_after_{outcome}_seconds_30d"] == (median(waits) if waits else None)
        exits = [
            (place, move)
            for place, move in enumerate(window)
            if move[2] == "exit" and move[3] * sign > 0 and move[0] + 600 * 10**6 <= end
        ]
        buys = [next((m for m in window[place:] if m[2] == "buy"), None) for place, _ in exits]
        soon = [buy for buy, (_, left) in zip(buys, exits, strict=True) if buy and buy[0] - left[0] <= 600 * 10**6]
        assert found[f"exits_at_{outcome}_count_30d"] == len(exits)
        assert found[f"continued_after_{outcome}_count_30d"] == len(soon)


@pytest.mark.parametrize("seed", SEEDS)
def test_sizes_of_opening_buys(seed):
    for found, window, _ in each_window(seed):
        stakes = [move[3] for move in window if move[2] == "buy"]
        assert found["stake_median_lamports_30d"] == (median(stakes) if stakes else None)
        assert found["stake_max_lamports_30d"] == max(stakes, default=0)
        assert found["large_stake_count_30d"] == sum(stake >= CAPITAL / 2 for stake in stakes)
        varies = stdev(stakes) / mean(stakes) if len(stakes) > 1 else None
        assert found["stake_variation_30d"] == (varies if varies is None else pytest.approx(varies, abs=1e-9))
        days = [list(one) for _, one in groupby((m for m in window if m[2] == "buy"), key=lambda move: move[0] // DAY)]
        points = [(number, log(move[3])) for number, day in enumerate(days) for move in day]
        slope = linear_regression(*zip(*points, strict=True)).slope if len(days) > 1 else None
        assert found["stake_slope_30d"] == (slope if slope is None else pytest.approx(slope, abs=1e-7))


@pytest.mark.parametrize("seed", SEEDS)
def test_stakes_against_what_the_day_had_made(seed):
    for found, window, _ in each_window(seed, days=7):
        stakes, made = [], []
        for _, day in groupby(window, key=lambda move: move[0] // DAY):
            total = 0
            for _, _, kind, lamports in day:
                if kind == "buy":
                    stakes.append(lamports)
                    made.append(total)
                else:
                    total += lamports
        varies = len(stakes) >= 5 and len(set(stakes)) > 1 and len(set(made)) > 1
        expected = pytest.approx(spearmanr(stakes, made).statistic, abs=1e-9) if varies else None
        assert found["opened_position_count_7d"] == len(stakes)
        assert found["drawdown_stake_correlation_7d"] == expected
