"""Ranks among the traders of one T."""

from datetime import date

from tests.building.ann_entries import entry_row
from tests.building.trader_days import T, days_of

SPENT = {"ann": 5, "ben": 1, "cid": 5, "dan": 9}


def test_ranks_are_shares_of_the_others_below(compute):
    later = date(2026, 4, 3)
    days = [days_of(trader_address=name, buy_cost_lamports=cost) for name, cost in SPENT.items()]
    days.append(days_of(trader_address="eve", day=date(2026, 4, 2), buy_cost_lamports=7))
    entries = [{**entry_row("m4", date(2026, 3, 20)), "trader_address": name} for name in ("ann", "ben")]
    entries.append({**entry_row("m1", date(2026, 3, 1)), "trader_address": "cid"})
    found = compute(days=days, mints=[], entries=entries, as_of_days=[T, later])
    assert {name: row["buy_rank_30d"] for (name, day), row in found.items() if day == T} == {
        "ann": 1 / 3, "ben": 0.0, "cid": 1 / 3, "dan": 1.0,
    }  # fmt: skip
    assert {row["ranked_traders"] for (_, day), row in found.items() if day == T} == {4}
    assert found["eve", later]["buy_rank_30d"] == 3 / 4, "each T is ranked by itself"
    dead = {name: row["dead_share_rank_30d"] for (name, day), row in found.items() if day == T}
    assert dead == {"ann": 0.5, "ben": 0.5, "cid": 0.0, "dan": None}, "who has no figure is nobody's rank"
