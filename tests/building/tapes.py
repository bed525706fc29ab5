"""True tapes of one mint, trade by trade."""

from datetime import date

from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS

D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
SOL = 10**9


def tape(*moves, reserves=(INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS)):
    """A true tape: each move buys for that many lamports or, below 0, sells that many units; an hour apart."""
    sol, tokens = reserves
    rows = []
    for move in moves:
        if move > 0:
            lamports, units = move, tokens - -(-sol * tokens // (sol + move))
        else:
            units = -move
            lamports = sol * units // (tokens + units)
        sign = 1 if move > 0 else -1
        sol, tokens = sol + sign * lamports, tokens - sign * units
        rows.append(
            {
                "direction": "buy" if move > 0 else "sell",
                "token_units": units,
                "sol_lamports": lamports,
                "fee_lamports": -(-lamports // 80),
                "virtual_sol_lamports": sol,
                "virtual_token_units": tokens,
                "day": D1,
            }
        )
    return rows


def on(day, rows):
    """The rows on that day."""
    return [{**row, "day": day} for row in rows]


THREE_DAYS = tape(SOL, 2 * SOL, -(10**13), 3 * SOL, -(10**12), SOL // 7)
TRUE = on(D1, THREE_DAYS[:2]) + on(D2, THREE_DAYS[2:4]) + on(D3, THREE_DAYS[4:])


def told(rows):
    """Per day: complete, broken, gaps, breaks."""
    names = ("is_tape_complete", "is_tape_broken", "tape_gap_count", "tape_break_count")
    return [tuple(row[name] for name in names) for row in rows]


WHOLE, TORN = (True, False, 0, 0), (False, False, 0, 0)
