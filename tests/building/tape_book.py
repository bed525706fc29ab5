"""Random tapes of mints, and a book of them that is kept in Python's own integers."""

from datetime import date
from random import Random
from typing import Any

from pumploss.money import CURVE_PRODUCT, INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS

Row = dict[str, Any]

START = (INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS)
LAST_TOKENS = 279_900_000 * 10**6
FEE_ONE_IN = 80
WRONG = {
    "unit": lambda row: {"sol_lamports": row["sol_lamports"] * 10**9},
    "token unit": lambda row: {"token_units": row["token_units"] * 10**3},
    "fee inside": lambda row: {
        "sol_lamports": row["sol_lamports"] + row["sol_lamports"] // FEE_ONE_IN * (-1, 1)[row["direction"] == "buy"]
    },
    "other direction": lambda row: {"direction": "sell" if row["direction"] == "buy" else "buy"},
}


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
