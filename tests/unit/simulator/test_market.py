"""A simulated market is the one that was asked for, always the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from pumploss.errors import SettingsError
from simulator import Market, simulate
from simulator.columns import SCHEMA

MARKET = Market(days=3, trades_per_day=600, seed=7)


def test_equal_markets_are_equal() -> None:
    assert simulate(MARKET).equals(simulate(replace(MARKET)))


def test_seeds_differ() -> None:
    ours, other = simulate(MARKET), simulate(replace(MARKET, seed=8))
    for name in ("signature", "trader_address", "token_mint"):
        assert not set(ours[name].to_pylist()) & set(other[name].to_pylist())


def test_columns_are_canonical_and_known() -> None:
    table = simulate(MARKET)
    assert table.schema == SCHEMA
    assert all(column.null_count == 0 for column in table.columns)


def test_days_and_slots_follow_the_calendar() -> None:
    trades = pl.DataFrame(simulate(replace(MARKET, first_day=date(2026, 2, 27))))
    days = trades["traded_at"].dt.date().unique().sort().to_list()
    assert days == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    since = trades["traded_at"].dt.epoch("s") - int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    # 2.5 slots a second: a slot starts in the second that its trades are stamped with.
    assert ((trades["slot"] - 390_000_000) * 2 // 5 == since).all()


def test_a_market_is_the_same_whenever_it_begins() -> None:
    whole = replace(MARKET, days=9)
    ours, later = (pl.DataFrame(simulate(replace(whole, first_day=date(2026, 1, day)))) for day in (1, 4))
    moved = later.with_columns(pl.col("traded_at") - timedelta(days=3), pl.col("slot") - 3 * 86_400 * 5 // 2)
    told = [name for name in ours.columns if name != "signature"]
    assert ours.select(told).equals(moved.select(told))


@pytest.mark.parametrize(("days", "trades_per_day"), [(30, 150), (14, 2_000), (7, 20_000)])
def test_trades_per_day_is_honoured(days: int, trades_per_day: int) -> None:
    trades = pl.DataFrame(simulate(Market(days, trades_per_day, seed=2)))
    assert len(trades) == pytest.approx(days * trades_per_day, rel=0.02)
    per_day = trades.group_by(pl.col("traded_at").dt.date()).len()["len"]
    assert len(per_day) == days
    assert per_day.is_between(0.6 * trades_per_day, 1.4 * trades_per_day).all()


def test_one_trade_a_day_is_a_market() -> None:
    assert len(simulate(Market(days=2, trades_per_day=1))) > 0


def test_some_transactions_hold_two_events() -> None:
    trades = pl.DataFrame(simulate(replace(MARKET, trades_per_day=5_000)))
    repeated = 1 - trades["signature"].n_unique() / len(trades)
    assert 0 < repeated < 0.03


@pytest.mark.parametrize(
    ("field", "market"),
    [
        ("days", lambda: Market(days=0)),
        ("trades_per_day", lambda: Market(days=1, trades_per_day=0)),
        ("seed", lambda: Market(days=1, seed=-1)),
        ("transfer_in_share", lambda: Market(days=1, transfer_in_share=1.5)),
    ],
)
def test_impossible_markets_are_refused(field: str, market: Callable[[], Market]) -> None:
    with pytest.raises(SettingsError, match=f"{field} is .* must"):
        market()
