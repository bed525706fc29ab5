"""Laws of the tapes of mints, against a curve and a book that are kept in Python's own integers."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from jobs import gold_token_day
from jobs.tokens.tape_links import LINKS, TRADE, link
from pumploss import checks
from pumploss.money import INITIAL_REAL_TOKEN_UNITS
from pumploss.tables import silver_trade_pnl, silver_trader_mint_day, silver_trades
from pumploss.tables.gold_token_day import TABLE
from tests.building.tape_book import (
    WRONG,
    Row,
    numbered,
    poisoned,
    reckon,
    tape_of,
)

DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in range(4)]
GIVEN = pa.schema([pa.field(name, silver_trades.TABLE[name].type.arrow) for name in TRADE])


def linked(rows: list[Row]) -> list[Row]:
    found = link(pa.Table.from_pylist(rows, schema=GIVEN))
    assert found.schema.equals(LINKS.arrow_schema)
    return sorted(found.to_pylist(), key=lambda row: (row["token_mint"], row["day"]))


tapes = st.builds(
    lambda seed, count: tape_of(Random(seed), "m", count, DAYS[:1]), st.integers(0, 2**32), st.integers(3, 40)
).filter(lambda rows: len(rows) >= 3)


@settings(deadline=None)
@given(tapes)
def test_a_true_tape_is_linked_to_the_lamport(tape: list[Row]) -> None:
    (day,) = linked(tape)
    assert (day["stated_count"], day["linked_count"]) == (len(tape), len(tape) - 1)
    assert (day["gap_count"], day["break_count"], day["is_break_first"]) == (0, 0, False)
    assert (day["first_sol_lamports"], day["first_token_units"]) == (0, INITIAL_REAL_TOKEN_UNITS)
    assert day["is_first_standard"]
    assert (day["is_first_gap"], day["is_first_break"]) == (True, False)


@settings(deadline=None)
@given(st.data())
def test_the_order_of_rows_decides_nothing(data: st.DataObject) -> None:
    rng = Random(data.draw(st.integers(0, 2**32)))
    rows = [row for mint in "mno" for row in poisoned(rng, tape_of(rng, mint, 12, DAYS))]
    assert linked(data.draw(st.permutations(rows))) == linked(rows)


@settings(deadline=None)
@given(tapes, st.data())
def test_a_missing_trade_is_a_gap_and_never_a_break(tape: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(tape) - 2))
    (day,) = linked(numbered(tape[:at] + tape[at + 1 :]))
    assert (day["gap_count"], day["break_count"]) == (1, 0)


@settings(deadline=None)
@given(tapes, st.data())
def test_where_the_order_is_open_nothing_is_missing(tape: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(tape) - 2))
    swapped = [*tape[:at], tape[at + 1], tape[at], *tape[at + 2 :]]
    assume(tape[at]["virtual_sol_lamports"] != tape[at + 1]["virtual_sol_lamports"])
    for row in (at, at + 1):
        swapped[row] = {**swapped[row], "is_order_inferred": True}
    (day,) = linked(numbered(swapped))
    assert (day["gap_count"], day["break_count"]) == (0, 0)
    assert day["linked_count"] < len(tape) - 1


@pytest.mark.parametrize("wrong", WRONG)
@settings(deadline=None)
@given(tape=tapes, data=st.data())
def test_amounts_that_contradict_reserves_are_a_break(wrong: str, tape: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(tape) - 1))
    # Two lamports of rounding hide a trade that is smaller: the other way round it moves the product as little.
    assume(tape[at]["sol_lamports"] > 10**6 and tape[at]["token_units"] > 10**6)
    (day,) = linked([*tape[:at], {**tape[at], **WRONG[wrong](tape[at])}, *tape[at + 1 :]])
    assert (day["gap_count"], day["break_count"], day["is_break_first"]) == (0, 1, True)


@settings(deadline=None)
@given(tapes, st.data())
def test_a_copy_is_a_break_wherever_it_stands(tape: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(tape) - 1))
    to = data.draw(st.integers(at + 1, len(tape)))
    (day,) = linked(numbered([*tape[:to], tape[at], *tape[to:]]))
    assert day["break_count"] == 1
    assert day["gap_count"] == (0 if to == at + 1 or to == len(tape) else 1)
    assert day["is_break_first"]


few = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@few
@given(seed=st.integers(0, 2**32))
def test_the_tape_of_every_mint_is_what_a_book_in_python_says(frame, rows_of, seed):
    rng = Random(seed)
    mints = {f"mint-{n}": poisoned(rng, tape_of(rng, f"mint-{n}", 12, DAYS)) for n in range(60)}
    expected = {(mint, day): row for mint, tape in mints.items() for day, row in reckon(tape).items()}
    assert {row["is_tape_complete"] for row in expected.values()} == {True, False}
    assert any(row["is_tape_broken"] for row in expected.values())
    trades = [row for tape in mints.values() for row in tape]
    whole = token_days(frame, rows_of, trades, [])
    assert {(row["token_mint"], row["day"]) for row in whole} == expected.keys()
    for row in whole:
        wanted = expected[row["token_mint"], row["day"]]
        assert {name: row[name] for name in wanted} == wanted, (row["token_mint"], row["day"])
    apart: list[Row] = []
    for days in (DAYS[:1], DAYS[1:3], DAYS[3:]):
        latest = {row["token_mint"]: row for row in sorted(apart, key=lambda row: row["day"])}
        apart += token_days(frame, rows_of, [row for row in trades if row["trade_date"] in days], list(latest.values()))
    assert sorted(apart, key=lambda row: (row["token_mint"], row["day"])) == whole
    judged = checks.judge(checks.measure(TABLE, frame(TABLE, *whole)))
    assert {verdict.check.subject for verdict in judged} == {"NOT is_tape_broken OR is_sampled", "tape_break_count = 0"}


def token_days(frame: Any, rows_of: Any, trades: list[Row], before: list[Row]) -> list[Row]:
    """Rows of the table from trades, each with a fee of 7 lamports."""
    named = [
        {
            "traded_at": datetime(row["trade_date"].year, row["trade_date"].month, row["trade_date"].day, tzinfo=UTC)
            + timedelta(seconds=row["order_in_mint_day"]),
            "venue": "pump_curve",
            "amount_basis": "curve",
            "token_decimals": 6,
            "fee_source": "event",
            "fee_lamports": 7,
            **row,
        }
        for row in trades
    ]
    results = [
        {
            **{name: row[name] for name in ("traded_at", "token_mint", "direction", "token_units", "sol_lamports")},
            "fee_lamports": 7,
            "buy_cost_lamports": row["sol_lamports"] + 7 if row["direction"] == "buy" else 0,
            "matched_units": 0 if row["direction"] == "buy" else row["token_units"] // 2,
            "unmatched_units": 0 if row["direction"] == "buy" else row["token_units"] - row["token_units"] // 2,
        }
        for row in named
    ]
    found = gold_token_day.transform(
        frame(silver_trades.TABLE, *named),
        frame(silver_trade_pnl.TABLE, *results),
        frame(silver_trader_mint_day.TABLE),
        frame(TABLE, *before),
    )
    return rows_of(found, "token_mint", "day")
