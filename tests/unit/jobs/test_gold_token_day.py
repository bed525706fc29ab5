"""Daily facts of a mint, and how it is marked at the close."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs import gold_token_day
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from pumploss.tables import silver_trade_pnl, silver_trader_mint_day, silver_trades
from pumploss.tables.gold_token_day import TABLE

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SOL = 10**9


@pytest.fixture
def token_days(frame, rows_of):
    """Rows by mint and day, from trades in order (a `day` offset may be given), profits, and earlier rows."""

    def token_days(trades, pnl=(), before=(), mint_days=()):
        named = [
            {
                "token_mint": "m",
                "trader_address": "t",
                "direction": "buy",
                "venue": "pumpswap",
                "fee_source": "included",
                "token_decimals": 6,
                "token_units": 10**6,
                "traded_at": NOON + timedelta(days=trade.get("day", 0), seconds=n),
                "order_in_mint_day": n + 1,
                **{name: value for name, value in trade.items() if name != "day"},
            }
            for n, trade in enumerate(trades)
        ]
        results = [{"token_mint": "m", "trade_date": NOON.date(), **row} for row in pnl]
        found = gold_token_day.transform(
            frame(silver_trades.TABLE, *named),
            frame(silver_trade_pnl.TABLE, *results),
            frame(silver_trader_mint_day.TABLE, *mint_days),
            frame(TABLE, *before),
        )
        assert found.columns == TABLE.names
        return rows_of(found, "token_mint", "day")

    return token_days


def one(rows, *names):
    (row,) = rows
    return tuple(row[name] for name in names)


def test_a_days_facts_add_up(token_days):
    found = token_days(
        [
            {"sol_lamports": 3 * SOL, "fee_lamports": 3},
            {"sol_lamports": SOL, "fee_lamports": 1, "direction": "sell", "trader_address": "u"},
            {"sol_lamports": 2 * SOL, "token_units": 4 * 10**6},
            {"sol_lamports": 0, "direction": "sell"},
        ],
        [{"pnl_lamports": -5}, {"pnl_lamports": 3}, {"pnl_lamports": 0}, {}],
    )
    assert one(found, "trade_count", "buy_count", "sell_count", "trader_count") == (4, 2, 2, 2)
    assert one(found, "volume_lamports", "fees_lamports") == (6 * SOL, 4)
    assert one(found, "realised_pnl_lamports", "matched_sell_count", "loss_count") == (-2, 3, 1)
    assert one(found, "price_high_sol", "price_low_sol", "price_close_sol") == (3.0, 0.5, 0.5)
    assert one(found, "first_traded_at", "last_traded_at") == (NOON, NOON + timedelta(seconds=3))
    assert one(found, "is_new_mint", "token_decimals", "venue_close") == (True, 6, "pumpswap")


def test_peak_and_buyers_are_those_of_the_mints_whole_life(token_days):
    early = {"token_mint": "m", "day": date(2026, 1, 2), "price_peak_close_sol": 4.0, "buyer_count_close": 7}
    met = {"token_mint": "m", "trader_address": "t", "trade_date": NOON.date(), "first_seen_day": NOON.date()}
    mint_days = [
        {**met, "buy_count": 1},
        {**met, "trader_address": "u", "buy_count": 2},
        {**met, "trader_address": "sold first", "buy_count": 0, "sell_count": 1},
        {**met, "trader_address": "known", "buy_count": 1, "first_seen_day": date(2026, 1, 2)},
    ]
    days = token_days(
        [{"sol_lamports": 3 * SOL}, {"day": 1, "sol_lamports": 5 * SOL}], before=[early], mint_days=mint_days
    )
    assert [(row["price_peak_close_sol"], row["buyer_count_close"]) for row in days] == [(4.0, 9), (5.0, 9)]


def test_a_mint_that_nobody_new_buys_has_no_buyers(token_days):
    assert one(token_days([{"direction": "sell"}]), "buyer_count_close") == (0,)


def test_a_tape_began_when_its_curve_did(token_days):
    launch = {
        "venue": "pump_curve", "amount_basis": "curve", "sol_lamports": SOL, "token_units": 34_612_903_225_806,
        "virtual_sol_lamports": INITIAL_VIRTUAL_SOL_LAMPORTS + SOL,
        "virtual_token_units": INITIAL_VIRTUAL_TOKEN_UNITS - 34_612_903_225_806,
    }  # fmt: skip
    later = {"day": 1, "venue": "pumpswap"}
    assert [row["tape_began_at"] for row in token_days([launch, later])] == [NOON, NOON]
    assert one(token_days([later]), "tape_began_at") == (None,)
    (day,) = token_days([later], before=token_days([launch, {**launch, "token_mint": "n"}])[:1])
    assert day["tape_began_at"] == NOON


def test_prices_are_per_whole_token_whatever_its_decimals(token_days):
    found = token_days([{"sol_lamports": 5 * SOL, "token_units": 2 * 10**9, "token_decimals": 9}])
    assert one(found, "price_close_sol") == (2.5,)


def test_volatility_is_the_deviation_of_log_price_changes(token_days):
    doubled_and_back = [{"sol_lamports": n * SOL} for n in (1, 2, 1)]
    step = round(math.log(2) * 1e6)
    assert one(token_days(doubled_and_back), "volatility") == (pytest.approx(math.sqrt(2) * step / 1e6, rel=1e-12),)
    assert one(token_days(doubled_and_back[:2]), "volatility") == (None,)
    assert one(token_days([{"sol_lamports": SOL}] * 3), "volatility") == (0.0,)


RESERVES = {"virtual_sol_lamports": 40, "virtual_token_units": 50}


def test_the_last_reserves_are_what_positions_are_marked_against(token_days):
    later = {"virtual_sol_lamports": 60, "virtual_token_units": 70}
    found = token_days([{"sol_lamports": 9, **RESERVES}, {"sol_lamports": 9, **later}, {"sol_lamports": 9}])
    assert one(found, "mark_method", "reserve_sol_close_lamports", "reserve_token_close_units") == ("reserves", 60, 70)
    assert one(found, "mark_price") == (None,)


def test_reserves_are_carried_to_days_without(token_days):
    days = [{"sol_lamports": 9, **RESERVES}, {"sol_lamports": 9, "day": 1}]
    together = token_days(days)
    assert [(row["mark_method"], row["reserve_sol_close_lamports"]) for row in together] == [("reserves", 40)] * 2
    assert [row["is_new_mint"] for row in together] == [True, False]
    assert token_days([{**days[1], "order_in_mint_day": 2}], before=together[:1])[0] == {
        **together[1],
        "first_traded_at": NOON + timedelta(days=1),
        "last_traded_at": NOON + timedelta(days=1),
    }


def test_reserves_of_the_curve_say_nothing_about_the_pool(token_days):
    on_curve = {"sol_lamports": SOL, "venue": "pump_curve", **RESERVES}
    moved = [on_curve, {"sol_lamports": SOL}, {"sol_lamports": 3 * SOL, "day": 1}]
    found = token_days(moved)
    assert [(row["mark_method"], row["reserve_sol_close_lamports"]) for row in found] == [("last_price", None)] * 2
    curve_day, pool_day = token_days([on_curve, {**moved[2], "traded_at": NOON + timedelta(days=1)}])
    assert (curve_day["mark_method"], pool_day["mark_method"], pool_day["mark_price"]) == (
        "reserves",
        "last_price",
        3000.0,
    )
    (alone,) = token_days(
        [{**moved[2], "traded_at": NOON + timedelta(days=1), "order_in_mint_day": 2}], before=[curve_day]
    )
    assert alone == pool_day


def test_on_the_curve_reserves_follow_from_the_last_price(token_days):
    start = {"sol_lamports": INITIAL_VIRTUAL_SOL_LAMPORTS, "token_units": INITIAL_VIRTUAL_TOKEN_UNITS}
    found = token_days([{"venue": "pump_curve", "sol_lamports": 1}, {"venue": "pump_curve", **start}])
    assert one(found, "mark_method") == ("curve_from_price",)
    sol, tokens = one(found, "reserve_sol_close_lamports", "reserve_token_close_units")
    assert sol == pytest.approx(INITIAL_VIRTUAL_SOL_LAMPORTS, rel=1e-12)
    assert tokens == pytest.approx(INITIAL_VIRTUAL_TOKEN_UNITS, rel=1e-12)
    assert one(found, "recent_prices") == ([],)


def test_a_day_of_worthless_sales_keeps_the_price_to_the_last_bit(token_days):
    odd = {"venue": "pump_curve", "sol_lamports": 123_456_789, "token_units": 3_333_333_333_337}
    dying = {"venue": "pump_curve", "sol_lamports": 0, "direction": "sell", "day": 1, "order_in_mint_day": 1}
    together = token_days([odd, dying])
    names = ("mark_method", "price_close_sol", "reserve_sol_close_lamports", "reserve_token_close_units")
    assert [together[0][name] for name in names] == [together[1][name] for name in names]
    (alone,) = token_days([dying], before=together[:1])
    assert [alone[name] for name in names] == [together[1][name] for name in names]


def test_without_reserves_the_median_of_the_last_five_prices_counts(token_days):
    prices = [100, 1, 2, 9, 3, 4]
    found = token_days([{"sol_lamports": price * 10**6} for price in prices])
    assert one(found, "mark_method", "mark_price", "recent_prices") == ("last_price", 3.0, [1.0, 2.0, 9.0, 3.0, 4.0])
    assert one(token_days([{"sol_lamports": price * 10**6} for price in (1, 2, 9, 4)]), "mark_price") == (3.0,)
    assert one(token_days([{"sol_lamports": 5 * 10**6}]), "mark_price") == (5.0,)


def test_recent_prices_go_on_over_days_and_unpriced_trades_do_not_count(token_days):
    first = [{"sol_lamports": price * 10**6} for price in (7, 8, 9)]
    second = [{"sol_lamports": price * 10**6, "day": 1} for price in (0, 1, 2, 3)]
    together = token_days([*first, *second])
    assert together[1]["recent_prices"] == [8.0, 9.0, 1.0, 2.0, 3.0]
    assert together[1]["mark_price"] == 3.0
    assert token_days(second, before=together[:1])[0]["recent_prices"] == [8.0, 9.0, 1.0, 2.0, 3.0]


def test_a_mint_that_never_had_a_price_is_not_marked(token_days):
    found = token_days([{"sol_lamports": 0, "direction": "sell"}])
    names = (
        "mark_method",
        "mark_price",
        "price_close_sol",
        "price_high_sol",
        "reserve_sol_close_lamports",
        "recent_prices",
    )
    assert one(found, *names) == ("none", None, None, None, None, [])


@pytest.mark.parametrize(
    ("trade", "share"),
    [
        ({"fee_source": "event", "sol_lamports": SOL, "fee_lamports": SOL // 50}, 0.02),
        ({"fee_source": "estimated", "sol_lamports": SOL, "fee_lamports": SOL // 100}, 0.01),
        ({"fee_source": "event", "sol_lamports": SOL // 101, "fee_lamports": SOL // 1000}, 0.0125),
        ({"fee_source": "event", "sol_lamports": SOL, "fee_lamports": SOL}, 0.0125),  # no venue takes all
        ({"fee_source": "included", "sol_lamports": SOL}, 0.0125),
        ({"fee_source": "included", "sol_lamports": SOL, "venue": "pump_curve"}, 0.0125),
        ({"sol_lamports": SOL, "traded_at": datetime(2025, 4, 1, tzinfo=UTC)}, 0.0025),
        ({"sol_lamports": SOL, "traded_at": datetime(2025, 6, 1, tzinfo=UTC)}, 0.003),
        ({"sol_lamports": SOL, "traded_at": datetime(2024, 4, 1, tzinfo=UTC), "venue": "pump_curve"}, 0.01),
    ],
)
def test_the_fee_at_the_close_is_the_stated_one_or_the_dated_one(token_days, trade, share):
    assert one(token_days([trade]), "fee_close_share") == (share,)


def test_a_row_is_known_when_everything_in_it_is(token_days):
    late, later = datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)
    assert one(token_days([{"sol_lamports": 9}]), "known_at") == (datetime(2026, 1, 6, tzinfo=UTC),)
    assert one(token_days([{"sol_lamports": 9}], [{"known_at": late}]), "known_at") == (late,)
    days = token_days([{"sol_lamports": 9, "known_at": later}, {"sol_lamports": 9, "day": 1}])
    assert [row["known_at"] for row in days] == [later, later]
    assert one(token_days([{"sol_lamports": 9, "day": 1}], before=days[:1]), "known_at") == (later,)


def test_mints_do_not_touch_each_other(token_days):
    found = token_days([{"sol_lamports": 9, **RESERVES}, {"sol_lamports": 10**6, "token_mint": "n"}])
    assert [(row["token_mint"], row["trade_count"], row["mark_method"]) for row in found] == [
        ("m", 1, "reserves"),
        ("n", 1, "last_price"),
    ]


def test_a_market_of_several_days_is_the_same_in_any_order(token_days):
    trades = [
        {"sol_lamports": (n * 7919) % 1000 * 10**6, "order_in_mint_day": n, "day": n % 2, "traded_at": None}
        for n in range(1, 21)
    ]
    for trade in trades:
        trade["traded_at"] = NOON + timedelta(days=trade["day"])
    assert token_days(trades) == token_days(list(reversed(trades)))
    assert [row["day"] for row in token_days(trades)] == [date(2026, 1, 5), date(2026, 1, 6)]
