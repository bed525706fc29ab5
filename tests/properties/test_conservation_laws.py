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
from pumploss.money import CURVE_PRODUCT, INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from pumploss.tables import silver_trade_pnl, silver_trades
from pumploss.tables.gold_token_day import TABLE

Row = dict[str, Any]

DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in range(4)]
START = (INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS)
LAST_TOKENS = 279_900_000 * 10**6
GIVEN = pa.schema([pa.field(name, silver_trades.TABLE[name].type.arrow) for name in TRADE])
FEE_ONE_IN = 80


def trade_on(reserves: tuple[int, int], rng: Random) -> tuple[Row, tuple[int, int]]:
    """A trade at these reserves with the program's integer division, and the reserves after it."""
    sol, tokens = reserves
    held = START[1] - tokens
    if held and rng.random() < 0.4:
        units = rng.choice((1, held, rng.randrange(1, held + 1)))
        lamports = sol * units // (tokens + units)
        after = (sol - lamports, tokens + units)
    else:
        units = min(rng.choice((1, 10**6, rng.randrange(1, 2 * 10**13))), tokens - LAST_TOKENS)
        lamports = sol * units // (tokens - units) + 1
        if rng.random() < 0.5:  # the SOL is given, the units follow
            units = (lamports - 1) * tokens // (sol + lamports - 1) or units
        after = (sol + lamports, tokens - units)
    is_buy = after[0] > sol
    trade = {"direction": "buy" if is_buy else "sell", "token_units": units, "sol_lamports": lamports}
    return {**trade, "virtual_sol_lamports": after[0], "virtual_token_units": after[1]}, after


def tape_of(rng: Random, mint: str, count: int, days: list[date]) -> list[Row]:
    """The true tape of a mint from its launch on, over some days."""
    reserves, rows = START, []
    for day in sorted(rng.choice(days) for _ in range(count)):
        row, reserves = trade_on(reserves, rng)
        if not row["token_units"]:
            break
        rows.append({**row, "token_mint": mint, "trade_date": day, "is_order_inferred": False})
    return numbered(rows)


def numbered(rows: list[Row]) -> list[Row]:
    """The rows with their places in the mint's day."""
    places: dict[date, int] = {}
    done = []
    for row in rows:
        places[row["trade_date"]] = places.get(row["trade_date"], 0) + 1
        done.append({**row, "order_in_mint_day": places[row["trade_date"]]})
    return done


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
    assert (day["first_sol_lamports"], day["first_token_units"]) == START
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


WRONG = {
    "unit": lambda row: {"sol_lamports": row["sol_lamports"] * 10**9},
    "token unit": lambda row: {"token_units": row["token_units"] * 10**3},
    "fee inside": lambda row: {
        "sol_lamports": row["sol_lamports"] + row["sol_lamports"] // FEE_ONE_IN * (-1, 1)[row["direction"] == "buy"]
    },
    "other direction": lambda row: {"direction": "sell" if row["direction"] == "buy" else "buy"},
}


@pytest.mark.parametrize("wrong", WRONG)
@settings(deadline=None)
@given(tape=tapes, data=st.data())
def test_amounts_that_contradict_reserves_are_a_break(wrong: str, tape: list[Row], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(tape) - 1))
    assume(tape[at]["sol_lamports"] > 10 * FEE_ONE_IN and tape[at]["token_units"] > 10**6)
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


def poisoned(rng: Random, tape: list[Row]) -> list[Row]:
    """A tape with at most one thing wrong."""
    at = rng.randrange(len(tape))
    row = tape[at]
    kind = rng.choice(("true", "true", "late start", "missing", "copy", "silent", *WRONG))
    if kind in WRONG:
        changed = [{**row, **WRONG[kind](row)}]
    elif kind == "late start":
        return numbered(tape[at:])
    else:
        changed = {
            "true": [row],
            "missing": [],
            "copy": [row, row],
            "silent": [{**row, "virtual_sol_lamports": None, "virtual_token_units": None}],
        }[kind]
    return numbered([*tape[:at], *changed, *tape[at + 1 :]])


def reserves_before(row: Row) -> tuple[int, int]:
    sign = 1 if row["direction"] == "buy" else -1
    return row["virtual_sol_lamports"] - sign * row["sol_lamports"], row["virtual_token_units"] + sign * row[
        "token_units"
    ]


def is_possible(row: Row) -> bool:
    """Whether a trade's amounts may have led to its reserves from the curve."""
    (sol, tokens), (sol_before, tokens_before) = (
        (row["virtual_sol_lamports"], row["virtual_token_units"]),
        reserves_before(row),
    )
    if sol_before <= 0 or tokens_before <= 0:
        return False
    grown = sol * tokens - sol_before * tokens_before
    room = 2 * max(tokens, tokens_before) + max(sol, sol_before)
    above = sol_before * tokens_before - CURVE_PRODUCT
    return 0 <= above <= CURVE_PRODUCT // 100_000 and 0 <= grown <= room


def reckon(tape: list[Row]) -> dict[date, Row]:
    """The oracle: the tape columns of a mint by day, trade by trade."""
    days: dict[date, Row] = {}
    last: tuple[int, int] | None = START
    is_complete, cash, fees, bought = True, 0, 0, 0
    seen: set[tuple[Any, ...]] = set()
    for number, row in enumerate(tape):
        day = days.setdefault(row["trade_date"], {"tape_gap_count": 0, "tape_break_count": 0, "is_tape_broken": False})
        if last == START and not seen and row["trade_date"] != tape[0]["trade_date"]:
            last = None  # nothing stated reserves so far: what came before this day is not known
        if row["virtual_sol_lamports"] is not None:
            change = (row["trade_date"], *reserves_before(row), row["virtual_sol_lamports"], row["virtual_token_units"])
            if reserves_before(row) != last:
                is_break = not is_possible(row) or change in seen
                day["tape_break_count"] += is_break
                day["tape_gap_count"] += not is_break and last is not None
                day["is_tape_broken"] |= is_complete and is_break and number > 0
                is_complete = False
            seen.add(change)
            last = (row["virtual_sol_lamports"], row["virtual_token_units"])
        else:
            is_complete = False
        is_buy = row["direction"] == "buy"
        cash += -row["sol_lamports"] - 7 if is_buy else row["sol_lamports"] - 7
        fees, bought = fees + 7, bought + row["token_units"] * (1 if is_buy else -1)
        day |= {
            "is_tape_complete": is_complete,
            "net_cash_flow_close_lamports": cash,
            "fees_close_lamports": fees,
            "net_bought_close_units": bought,
        }
    return days


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
        frame(silver_trades.TABLE, *named), frame(silver_trade_pnl.TABLE, *results), frame(TABLE, *before)
    )
    return rows_of(found, "token_mint", "day")
