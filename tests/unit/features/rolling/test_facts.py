"""Which facts a T sees, and what the latest contribution was."""

from datetime import UTC, date, datetime

import pytest

from tests.building.trader_days import T, days_of


def test_levels_are_those_of_the_latest_day_before_each_t(compute):
    later = days_of(day=date(2026, 4, 2), trade_count_close=9, known_at=datetime(2026, 4, 3, tzinfo=UTC))
    wanted = [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 30), date(2026, 5, 3)]
    found = compute(days=[later, days_of()], mints=[], as_of_days=wanted)
    assert {day: row["total_trades"] for (_, day), row in found.items()} == {
        date(2026, 4, 1): 5,
        date(2026, 4, 2): 5,
        date(2026, 4, 3): 9,
        date(2026, 4, 30): 9,
    }
    assert [row["total_trades_30d"] for row in found.values()].count(2) == 1


TRADERS = ("ben", "cid", "dan", "eve")
LATE = datetime(2026, 4, 5, tzinfo=UTC)
MINT = {"token_mint": "m", "trade_date": date(2026, 3, 30), "known_at": LATE}
BEYOND = {**MINT, "trade_date": date(2026, 2, 28), "first_seen_day": date(2026, 2, 28)}
TRIP = {"trader_address": "eve", "close_day": date(2026, 3, 1), "known_at": LATE}


@pytest.mark.parametrize(
    ("late", "known_at"),
    [
        ({"cid": LATE}, LATE),
        ({"mints": [{"trader_address": "ben", **MINT}]}, LATE),
        ({"trips": [TRIP]}, LATE),
        (
            {"mints": [{"trader_address": "dan", **BEYOND}], "trips": [{**TRIP, "close_day": T}]},
            datetime(2026, 3, 31, tzinfo=UTC),
        ),
    ],
    ids=["day", "mint", "position", "beyond the window"],
)
def test_known_at_is_the_latest_contribution_from_any_fact_of_any_trader_who_is_ranked(compute, late, known_at):
    days = [days_of(trader_address=name, **({"known_at": late[name]} if name in late else {})) for name in TRADERS]
    found = compute(days=days, mints=late.get("mints", []), trips=late.get("trips", []))
    assert {trader: row["known_at"] for (trader, _), row in found.items()} == dict.fromkeys(TRADERS, known_at)


def test_what_is_kept_counts_on_days_of_sells_alone(compute):
    kept = {"open_position_count_close": 4, "underwater_count_close": 3}
    sold = {"matched_sell_count": 5, "win_count": 4, "loss_count": 1}
    idle = days_of(day=date(2026, 3, 29), **kept)
    ben = compute(days=[idle, days_of(**kept, **sold)], mints=[], trips=[])["ben", T]
    assert (ben["paper_positions_30d"], ben["gains_realised_share_30d"], ben["losses_realised_share_30d"]) == (
        4,
        0.8,
        0.25,
    )
    assert ben["disposition_30d"] == 0.8 - 0.25
    few = compute(days=[days_of(**kept, **sold | {"matched_sell_count": 4})], mints=[], trips=[])["ben", T]
    assert few["disposition_30d"] is None
