"""Windows over entries, beside a plain recomputation that looks at every entry and every day of its mint again."""

from datetime import date
from math import log
from random import Random
from statistics import median

import pytest

from features.rolling import entries
from jobs import gold_trader_entries
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_token_day, silver_entries
from tests.building.feature_inputs import histories_of

FIRST = date(2026, 1, 1)
DAYS = span(FIRST, date(2026, 2, 20))
WANTED = [date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 4), date(2026, 2, 20)]


def market(seed):
    """Random entries of three traders in twenty mints, and days of these mints."""
    draw = Random(seed)
    rows, tokens = [], []
    for n in range(20):
        born, mint = draw.choice(DAYS[:-1]), f"m{n}"
        peak = 0.0
        for day in [born, *(day for day in DAYS if day > born and draw.random() < 0.1)]:
            high = draw.random() * 9
            peak = max(peak, high)
            tokens.append(
                {
                    "token_mint": mint, "mint_number": n, "day": day,
                    "spot_high_sol": high, "price_peak_close_sol": peak,
                    "price_close_sol": draw.choice([0.05, 0.5]) * peak, "known_at": midnight(shift(day, 1)),
                    "venue_close": draw.choice(["pump_curve", "pump_curve", "pumpswap"]),
                    "real_token_close_units": draw.choice([0, 5, 5]),
                }
            )  # fmt: skip
            rows += [entry(draw, trader, mint, day) for trader in "abc" if draw.random() < 0.5]
    return rows, tokens


def entry(draw, trader, mint, day):
    def some(value):
        return draw.choice([None, value, value])

    return {
        "trader_address": trader, "token_mint": f"{mint}", "trade_date": day, "known_at": midnight(shift(day, 1)),
        "first_bought_at": midnight(day), "first_buy_cost_lamports": draw.randrange(1, 10**9),
        "entry_price_sol": draw.random(),
        "age_seconds": some(draw.randrange(120)), "age_slot_count": some(draw.randrange(4)),
        "earlier_buyer_count": some(draw.randrange(50)), "slot_buyer_count": some(draw.randrange(5)),
        "capture_ratio": some(draw.random()), "minute_volatility_ratio": some(draw.random()),
        "low_ratio": some(draw.random() / 2), "high_ratio": 1 + draw.random(),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_windows_are_those_of_a_plain_recomputation(spark, frame, rows_of, seed):
    rows, tokens = market(seed)
    token_days = frame(gold_token_day.TABLE, *tokens)
    days = gold_trader_entries.transform(frame(silver_entries.TABLE, *rows), token_days, DAYS)
    got = entries.measured(days.toArrow(), histories_of(token_days), WANTED)
    found = {(row["trader_address"], row["as_of_day"]): row for row in got.to_pylist()}
    expected = {(trader, day): plain(rows, tokens, trader, day) for trader in "abc" for day in WANTED}
    assert found.keys() == {pair for pair, row in expected.items() if row}
    for pair, row in found.items():
        for name, value in expected[pair].items():
            assert row[name] == (pytest.approx(value, abs=1e-8) if isinstance(value, float) else value), (pair, name)
    of_all = entries.graduated_shares(spark.createDataFrame(entries.of_all(got)))
    shares = {row["as_of_day"]: row["market_graduated_share_30d"] for row in rows_of(of_all)}
    for wanted in WANTED:
        seen = [row for (_, day), row in expected.items() if day == wanted and row]
        fated = sum(row["fated_count_30d"] for row in seen)
        share = sum(row["graduated_count_30d"] for row in seen) / fated if fated else None
        assert shares.get(wanted) == share


def plain(rows, tokens, trader, as_of):
    """Measures of one trader and T."""
    own = [row for row in rows if row["trader_address"] == trader and shift(as_of, -30) <= row["trade_date"] < as_of]
    old = [row for row in own if row["trade_date"] < shift(as_of, -1)]
    if not own:
        return None
    fates = [latest for row in old if (latest := _latest(tokens, row["token_mint"], as_of))]
    known = {
        "sniped_slot": [_slots(row) <= 1 for row in own if _slots(row) is not None],
        "sniped_60s": [row["age_seconds"] <= 60 for row in own if row["age_seconds"] is not None],
        "slot_shared": [row["slot_buyer_count"] >= 2 for row in own if row["slot_buyer_count"] is not None],
        "collapsed": [row["low_ratio"] <= 0.2 for row in old if row["low_ratio"] is not None],
    }
    weighed = [row for row in own if row["minute_volatility_ratio"] is not None]
    cost = sum(row["first_buy_cost_lamports"] for row in weighed)
    exposed = sum(row["first_buy_cost_lamports"] * row["minute_volatility_ratio"] for row in weighed)
    return {
        "entry_count_30d": len(own),
        "age_log_median_30d": _median([log(r["age_seconds"] + 1) for r in own if r["age_seconds"] is not None]),
        "rank_log_median_30d": _median(
            [log(r["earlier_buyer_count"] + 1) for r in own if r["earlier_buyer_count"] is not None]
        ),
        "capture_ratio_median_30d": _median([r["capture_ratio"] for r in own if r["capture_ratio"] is not None]),
        "high_log_median_30d": _median([log(_high(tokens, row)) for row in old]),
        **{f"{name}_known_30d": len(flags) for name, flags in known.items()},
        **{f"{name}_true_30d": sum(flags) for name, flags in known.items()},
        "volatility_mean_30d": exposed / cost if cost else None,
        "fated_count_30d": len(fates),
        "dead_count_30d": sum(
            row["price_close_sol"] <= 0.1 * row["price_peak_close_sol"] and row["day"] < shift(as_of, -1)
            for row in fates
        ),
        "graduated_count_30d": sum(
            row["venue_close"] != "pump_curve" or row["real_token_close_units"] == 0 for row in fates
        ),
        "entries_known_at": max([row["known_at"] for row in own] + [row["known_at"] for row in fates]),
    }


def _median(values):
    return median(values) if values else None


def _slots(row):
    if row["age_slot_count"] is not None:
        return row["age_slot_count"]
    return None if row["age_seconds"] is None or row["slot_buyer_count"] is None else 10**6


def _latest(tokens, mint, as_of):
    seen = [row for row in tokens if row["token_mint"] == mint and row["day"] < as_of]
    return max(seen, key=lambda row: row["day"], default=None)


def _high(tokens, row):
    after = [
        one["spot_high_sol"] / row["entry_price_sol"]
        for one in tokens
        if one["token_mint"] == row["token_mint"] and one["day"] == shift(row["trade_date"], 1)
    ]
    return max([row["high_ratio"], *after])
