"""Tapes of mints: what is complete, what tears them, and what stops a night."""

from jobs.tokens.tape_links import TRADE, link
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from pumploss.tables import silver_trades
from sources import arriving
from sources.declaration import Arrival
from tests.building.tapes import D1, D2, SOL, THREE_DAYS, TORN, TRUE, WHOLE, tape, told

FEE = SOL // 80


def test_a_whole_tape_is_complete_day_by_day_and_sums_to_nothing(token_days):
    rows, failed = token_days(TRUE)
    assert (told(rows), failed) == ([WHOLE] * 3, set())
    for row in rows:
        grown = row["reserve_sol_close_lamports"] - INITIAL_VIRTUAL_SOL_LAMPORTS
        assert row["net_cash_flow_close_lamports"] + row["fees_close_lamports"] + grown == 0
        assert row["net_bought_close_units"] + row["reserve_token_close_units"] == INITIAL_VIRTUAL_TOKEN_UNITS
    paid = sum(trade["sol_lamports"] + trade["fee_lamports"] for trade in THREE_DAYS[:2])
    assert rows[0]["net_cash_flow_lamports"] == rows[0]["net_cash_flow_close_lamports"] == -paid
    assert sum(row["net_cash_flow_lamports"] for row in rows) == rows[2]["net_cash_flow_close_lamports"]


def test_it_goes_on_from_the_row_before(token_days):
    rows, _ = token_days(TRUE)
    first, _ = token_days(TRUE[:2])
    rest, failed = token_days(TRUE[2:], before=first)
    names = ["day", "tape_gap_count", "is_tape_complete", "net_cash_flow_close_lamports", "fees_close_lamports"]
    assert [[row[name] for name in names] for row in first + rest] == [[row[name] for name in names] for row in rows]
    assert failed == set()


def test_a_missing_trade_is_a_gap_for_good(token_days):
    rows, failed = token_days([*TRUE[:2], *TRUE[3:]])
    assert (told(rows), failed) == ([WHOLE, (False, False, 1, 0), TORN], set())


def test_a_missing_start_is_a_gap(token_days):
    assert told(token_days(TRUE[1:])[0]) == [(False, False, 1, 0), TORN, TORN]


def changed(at, **values):
    return [*TRUE[:at], {**TRUE[at], **values}, *TRUE[at + 1 :]]


POISONED = {
    "copied under a new signature": [*TRUE[:4], TRUE[3], *TRUE[4:]],
    "amounts times 1e9": changed(3, sol_lamports=TRUE[3]["sol_lamports"] * SOL),
    "units times 1e3": changed(3, token_units=TRUE[3]["token_units"] * 1000),
    "fee inside the amount of a buy": changed(3, sol_lamports=TRUE[3]["sol_lamports"] + TRUE[3]["fee_lamports"]),
    "fee inside the amount of a sell": changed(2, sol_lamports=TRUE[2]["sol_lamports"] - TRUE[2]["fee_lamports"]),
}


def test_what_contradicts_reserves_on_a_complete_tape_stops_the_night(token_days):
    rows, failed = token_days(POISONED)
    for poison in POISONED:
        found = told([row for row in rows if row["token_mint"] == poison])
        assert found == [WHOLE, (False, True, 0, 1), TORN], poison
    assert failed == {(D2, "STOP"), (D2, "WARN")}


def test_a_sample_is_only_warned_of(token_days):
    source = {"source": arriving(Arrival.SAMPLE)[0]}
    rows, failed = token_days({name: [{**row, **source} for row in trades] for name, trades in POISONED.items()})
    assert sum(row["is_tape_broken"] for row in rows) == len(POISONED)
    assert failed == {(D2, "WARN")}


def test_a_break_after_a_gap_is_only_warned_of(token_days):
    rows, failed = token_days([*POISONED["copied under a new signature"][:1], *POISONED["amounts times 1e9"][2:]])
    assert told(rows)[1][1:] == (False, 1, 1)
    assert failed == {(D2, "WARN")}


def test_a_curve_of_another_kind_is_only_warned_of(token_days):
    other = tape(SOL, SOL, reserves=(10 * SOL, INITIAL_VIRTUAL_TOKEN_UNITS))
    rows, failed = token_days(other)
    assert (told(rows), failed) == ([(False, False, 0, 1)], {(D1, "WARN")})


def test_profit_and_loss_that_lost_a_lamport_stops_the_night(token_days):
    rows, _ = token_days(TRUE)
    before = {**rows[0], "net_cash_flow_close_lamports": rows[0]["net_cash_flow_close_lamports"] + 1}
    _, failed = token_days(TRUE[2:4], before=[before])
    assert failed == {(D2, "STOP")}
    _, failed = token_days(TRUE[2:4], before=[{**rows[0], "net_bought_close_units": 1}])
    assert failed == {(D2, "STOP")}


ENDS = {
    "the mint left the curve": {"venue": "pumpswap"},
    "a balance change": {"amount_basis": "balance_delta"},
    "no reserves stated": {"virtual_sol_lamports": None, "virtual_token_units": None},
}


def test_a_tape_ends_with_the_first_trade_that_cannot_be_followed(token_days):
    rows, failed = token_days({name: changed(3, **left) for name, left in ENDS.items()})
    for name in ENDS:
        found = [row for row in rows if row["token_mint"] == name]
        assert [row["is_tape_complete"] for row in found] == [True, False, False], name
        assert [row["tape_break_count"] for row in found] == [0, 0, 0], name
    assert failed == set()


def test_a_graduated_mint_is_complete_until_its_pool(token_days):
    pool = {"venue": "pumpswap", "virtual_sol_lamports": 85 * SOL, "virtual_token_units": 206_900_000 * 10**6}
    rows, failed = token_days([*TRUE[:4], {**TRUE[4], **pool}, {**TRUE[5], **pool}])
    assert (told(rows), failed) == ([WHOLE, WHOLE, TORN], set())


def test_an_amount_that_no_reserve_can_have_is_a_break():
    import pyarrow as pa

    schema = pa.schema([pa.field(name, silver_trades.TABLE[name].type.arrow) for name in TRADE])
    most = 2**63 - 1
    rows = [
        {
            "token_mint": "m",
            "trade_date": D1,
            "order_in_mint_day": n,
            "is_order_inferred": False,
            "direction": direction,
            "token_units": most,
            "sol_lamports": most,
            "virtual_sol_lamports": reserve,
            "virtual_token_units": reserve,
        }
        for n, (direction, reserve) in enumerate([("sell", most), ("buy", 0), ("sell", 1), ("buy", most)])
    ]
    (found,) = link(pa.Table.from_pylist(rows, schema=schema)).to_pylist()
    assert (found["break_count"], found["is_first_break"], found["first_sol_lamports"]) == (3, True, None)
