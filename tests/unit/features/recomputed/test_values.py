"""Which features are recomputed, and that those which are not say why."""

from dataclasses import replace

import pytest

from features.recomputed.given import DAY_MICROS, Given, Lot, Market, Opening, OpenTrip, Trade
from features.recomputed.market import RANKED
from features.recomputed.values import NOT_RECOMPUTED, values_of
from features.registry import features
from pumploss.errors import ConservationError

T = 20_000


def trade(day, **given):
    plain = {
        "mint": "m", "day": day, "order_in_mint_day": 1, "at": day * DAY_MICROS + 5, "slot": None, "tx_index": None,
        "event_index": None, "is_buy": True, "units": 10, "lamports": 100, "fee": 1, "resolution": 0,
    }  # fmt: skip
    return Trade(**{**plain, **given})


def market(**given):
    return Market(as_of=T, days=(), marks={}, ranked={figure: [0.0, 1.0] for figure in RANKED.values()}, **given)


def test_every_feature_is_recomputed_or_says_why_it_is_not():
    found = values_of(Given((trade(T - 3),)), market()).keys()
    known = {one.name for one in features()}
    assert found <= known
    assert known - found == NOT_RECOMPUTED.keys(), "recompute the feature in features/recomputed, or say there why not"
    assert {one.name for one in features() if not one.is_recomputed} == NOT_RECOMPUTED.keys()


def test_whose_holdings_are_not_all_known_has_no_equity_and_all_else():
    """It held two positions at the start of the window; what it traded since is only one of them."""
    unseen = Given((trade(T - 3),), opening=Opening(open_count=2, open_cost=5), is_all_looked_up=False)
    found = values_of(unseen, market())
    assert "equity_sol" not in found
    assert found["total_trades_30d"] == 1
    seen = Given((trade(T - 3),), is_all_looked_up=False)
    assert values_of(seen, market())["equity_sol"] == 0.0


def test_lifetime_figures_are_those_of_the_start_and_what_the_window_adds():
    opening = Opening(trade_count=7, volume=900, loss_count=2, realised_loss=-40, mint_count=3, active_days=4,
                      first_traded_at=DAY_MICROS, last_traded_at=2 * DAY_MICROS)  # fmt: skip
    sale = trade(T - 2, is_buy=False, units=10, lamports=61, order_in_mint_day=1)
    lots = (Lot("m", 0, (T - 40) * DAY_MICROS, 10, 100, 0),)
    trips = (OpenTrip("m", (T - 40) * DAY_MICROS, 1, 0, 0),)
    given = Given((sale,), lots=lots, trips=trips, opening=opening, known_mints=frozenset({"m"}))
    found = values_of(given, market())
    assert (found["total_trades"], found["loss_count"], found["unique_tokens"], found["active_days"]) == (8, 3, 3, 5)
    assert found["total_losses"] == (-40 + 60 - 100) / 1e9
    assert found["total_trades_30d"] == 1
    assert found["wallet_age_days"] == 30.0
    with pytest.raises(ConservationError, match="lots of m that silver_round_trips knows no open position of"):
        values_of(replace(given, trips=()), market())


def test_trades_of_a_second_are_placed_over_mints_by_slot_and_then_by_mint():
    """Z is sold out at a loss in slot 10, A at a profit in slot 11, Y at a loss in slot 12: the longest run is 1."""
    trades, at = [], (T - 1) * DAY_MICROS
    for mint, slot, lamports in (("Z", 10, 50), ("A", 11, 500), ("Y", 12, 50)):
        trades.append(trade(T - 2, mint=mint, fee=0))
        trades.append(trade(T - 1, mint=mint, at=at, slot=slot, is_buy=False, lamports=lamports, fee=0))
    found = values_of(Given(tuple(trades)), market())
    assert (found["max_loss_streak_30d"], found["loss_streak_30d"], found["positions_lost_30d"]) == (1, 1, 2)
    unstated = values_of(Given(tuple(one._replace(slot=None) for one in trades)), market())
    assert (unstated["max_loss_streak_30d"], unstated["loss_streak_30d"]) == (2, 2)
