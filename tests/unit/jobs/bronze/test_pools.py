"""What pools say of the trades that name only them."""

from datetime import UTC, date, datetime

import pytest

from jobs.bronze import pools
from pumploss.tables import quarantine_trades
from sources.interpreting.quote_assets import SOL_MINTS, STABLE_MINTS
from sources.parsing.schema import TABLE as PARSED

NATIVE_SOL, *_, SOL = SOL_MINTS
USDC = STABLE_MINTS[0]
D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def event(**given):
    row = {"kind": "event", "event_kind": "create_pool", "occurred_at": NOON, "dump_day": D2, "pool_address": "p"}
    return {**row, "token_mint": "m", "quote_mint": SOL, "token_decimals": 9, "file": "f", "line_number": 1, **given}


@pytest.fixture
def known(frame, rows_of):
    def known(*events):
        return rows_of(pools.known_pools(frame(PARSED, *(event(**given) for given in events))), "pool_address")

    return known


def test_a_pool_is_what_its_first_dump_day_says(known):
    (row,) = known({"dump_day": D3, "token_mint": "later"}, {"file": "g"}, {"dump_day": D3, "occurred_at": NOON})
    assert row == {
        "pool_address": "p", "pool_mint": "m", "pool_quote": SOL, "pool_decimals": 9, "known_day": D2,
        "known_file": "g", "is_reversed": False,
    }  # fmt: skip


def test_of_one_day_a_creation_counts_before_a_migration_then_the_chain(known):
    migration = {"event_kind": "migrate", "occurred_at": NOON.replace(hour=1), "quote_mint": None}
    late = {"token_mint": "late", "occurred_at": NOON.replace(hour=13)}
    assert [row["pool_mint"] for row in known(late, {**migration, "token_mint": "x"}, {})] == ["m"]
    (row,) = known({**migration, "token_decimals": None})
    assert (row["pool_quote"], row["pool_decimals"]) == (SOL, 6)


def test_events_without_a_pool_say_nothing_of_pools(known):
    assert known({"event_kind": "create", "pool_address": None}, {"event_kind": "complete"}) == []


@pytest.fixture
def judge(trades, frame, rows_of):
    """What becomes of one trade in the pool `p`, of which one event is known."""

    def judge(given, **trade):
        row = {"token_mint": None, "pool_address": "p", "dump_day": D2, "token_decimals": 6, **trade}
        found = pools.judged(trades(row), pools.known_pools(frame(PARSED, event(**given))))
        return rows_of(found)[0]

    return judge


@pytest.mark.parametrize("quote", [SOL, NATIVE_SOL])
def test_a_trade_takes_mint_and_decimals_of_its_pool(judge, quote):
    row = judge({"quote_mint": quote})
    assert (row["token_mint"], row["token_decimals"], row["is_decimals_assumed"]) == ("m", 9, False)
    assert (row["reason"], row["detail"]) == (None, None)


def test_decimals_that_no_event_states_are_assumed(judge):
    row = judge({"token_decimals": None, "token_mint": "coinpump"})
    assert (row["token_decimals"], row["is_decimals_assumed"]) == (6, True)
    row = judge({"token_decimals": None})
    assert (row["token_decimals"], row["is_decimals_assumed"]) == (9, True)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"quote_mint": USDC}, "non_sol_quote"),
        ({"quote_mint": None}, "non_sol_quote"),
        ({"token_mint": USDC}, "quote_leg"),
        ({"token_mint": SOL, "quote_mint": USDC}, "quote_leg"),
    ],
)
def test_pools_that_are_no_coin_against_sol_are_refused(judge, given, reason):
    row = judge(given)
    assert row["reason"] == reason
    assert row["detail"].startswith("pool_address='p' of pool_mint='")


#: A trade of a pool whose base is SOL: its direction, base and quote amounts and fee, then what the coin's trade is:
#: direction, coins and lamports, or the reason of its refusal.
REVERSED = [
    (("buy", 50, 700, 7), ("sell", 707, 50), "who buys SOL sells the coin: the price and the fee leave the wallet"),
    (("sell", 50, 700, 7), ("buy", 693, 50), "who sells SOL buys the coin, and gets what the fee leaves"),
    (("sell", 50, 700, 0), ("buy", 700, 50), "a pool without a fee"),
    (("sell", 50, 7, 7), "zero_amount", "the fee took every coin"),
    (("sell", 50, 7, 9), "sign", "a fee above the price contradicts itself"),
    (("buy", 10**15 + 1, 700, 7), "overflow", "more SOL than any pool has"),
]


@pytest.mark.parametrize(("given", "expected", "why"), REVERSED)
def test_trades_of_a_reversed_pool_are_turned_round(judge, given, expected, why):
    direction, base, quote, fee = given
    amounts = {"token_units": base, "sol_lamports": quote, "fee_lamports": fee}
    row = judge(
        {"is_pool_reversed": True}, direction=direction, virtual_sol_lamports=3, virtual_token_units=4, **amounts
    )
    if isinstance(expected, str):
        assert row["reason"] == expected, why
        return
    assert (row["direction"], row["token_units"], row["sol_lamports"]) == expected, why
    assert (row["fee_lamports"], row["fee_source"], row["amount_basis"]) == (0, "included", "balance_delta")
    assert (row["virtual_sol_lamports"], row["virtual_token_units"]) == (4, 3)
    assert (row["token_mint"], row["token_decimals"], row["reason"]) == ("m", 9, None)


def test_a_pool_that_becomes_known_later_is_unknown(judge):
    row = judge({}, dump_day=D1)
    assert (row["reason"], row["detail"]) == ("unknown_pool", "pool_address='p'")
    assert judge({}, pool_address="q")["detail"] == "pool_address='q'"


@pytest.fixture
def refused(frame):
    def refused(*rows):
        plain = {"reason": "unknown_pool", "detail": "pool_address='p'", "raw": "{}", "raw_bytes": 2, "file": "f"}
        numbered = [{"line_number": n, "dump_day": D1, **row} for n, row in enumerate(rows, 1)]
        return frame(quarantine_trades.TABLE, *({**plain, **row} for row in numbered))

    return refused


def test_lines_wait_until_the_day_that_names_their_pool_and_no_longer(refused, frame, rows_of):
    lines = refused(
        {}, {"detail": "pool_address='q'"}, {"reason": "sign"}, {"dump_day": D2}, {"dump_day": D3},
        {"raw_bytes": 70_000},
    )  # fmt: skip
    known = pools.known_pools(frame(PARSED, event()))
    (row,) = rows_of(pools.waiting(lines, known, (D2, D3)))
    assert (row["line_number"], row["dump_day"], row["known_day"], row["known_file"]) == (1, D1, D2, "f")
    assert rows_of(pools.waiting(lines, known, (D3,))) == []


def test_stored_refusals_are_looked_at_within_the_window_except_of_samples(refused, rows_of):
    far = date(2025, 12, 1)
    lines = refused(
        {"source": "anchor_events"}, {"dump_day": far, "source": "anchor_events"}, {"dump_day": D2},
        {"dump_day": far, "source": "dune_trades"}, {"dump_day": D3}, {"reason": "sign"},
    )  # fmt: skip
    assert [row["line_number"] for row in rows_of(lines.where(pools.still_waiting((D2,))), "line_number")] == [1, 4]


@pytest.mark.parametrize(
    ("source", "traded_at", "is_too_late"),
    [
        ("anchor_events", datetime(2025, 12, 30, tzinfo=UTC), False),
        ("anchor_events", datetime(2025, 12, 29, 23, 59, 59, tzinfo=UTC), True),
        ("dune_trades", datetime(2025, 1, 1, tzinfo=UTC), False),
    ],
)
def test_what_is_tried_again_is_a_trade_of_the_day_that_names_its_pool(
    trades, frame, rows_of, source, traded_at, is_too_late
):
    given = {"token_mint": None, "pool_address": "p", "dump_day": date(2025, 12, 30), "file": "old", "line_number": 8}
    again = trades({**given, "source": source, "traded_at": traded_at})
    (row,) = rows_of(pools.retried(again, pools.known_pools(frame(PARSED, event()))))
    assert (row["dump_day"], row["file"], row["line_number"]) == (D2, "old", 8)
    assert (row["token_mint"], row["reason"], row["is_too_late"]) == ("m", None, is_too_late)
