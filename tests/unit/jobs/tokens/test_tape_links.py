"""Tapes of curves that are not the standard one: other initial parameters, and virtual reserves that are rewritten."""

from tests.building.curves import Curve
from tests.building.tapes import D1, SOL, WHOLE, told

UNSTATED = {"real_sol_lamports": None, "real_token_units": None}


def other(**start):
    """A curve with other initial parameters than the standard one's."""
    return Curve(**{"sol": 12 * SOL, "tokens": 600 * 10**12, "real_tokens": 410 * 10**12, **start})


M = 10**12
#: What is traded, and the day's tape: whether it is complete and broken, its gaps and breaks; and why.
KINDS = {
    "an agent's own sale rewrites virtual SOL, real reserves link": (
        Curve(is_mayhem=True).buy(4 * SOL).rewriting_sell(20 * M, 25 * SOL).buy(SOL),
        WHOLE,
    ),
    "an event rewrites both virtual reserves between trades": (
        Curve(is_mayhem=True).buy(4 * SOL).rewrite(22 * SOL, 900 * M).buy(SOL).sell(10 * M),
        WHOLE,
    ),
    "rewritten too, of the time before trades stated the mode": (
        Curve().buy(4 * SOL).rewriting_sell(20 * M, 41 * SOL).buy(SOL),
        WHOLE,
    ),
    "rewritten back to where the standard curve is": (
        Curve(is_mayhem=True).buy(4 * SOL).rewrite(20 * SOL).buy(SOL).rewrite(35 * SOL).sell(M),
        WHOLE,
    ),
    "other initial parameters: it begins with as many tokens as it has": (
        other(is_mayhem=False).buy(SOL).sell(M).buy(2 * SOL),
        WHOLE,
    ),
    "other initial parameters, but there is SOL in it before its first trade": (
        Curve(sol=12 * SOL, tokens=600 * M, is_mayhem=False).buy(SOL).missing().buy(SOL),
        (False, False, 1, 0),
    ),
    "other initial parameters, as far above the real reserves as the standard's": (
        Curve(tokens=1000 * M, real_tokens=720_100_000 * 10**6, is_mayhem=False).buy(SOL).sell(M),
        WHOLE,
    ),
    "a trade is missing before the agent's: its rewrite is no contradiction": (
        Curve(is_mayhem=True).buy(4 * SOL).buy(SOL).missing().rewriting_sell(20 * M, 25 * SOL),
        (False, False, 1, 0),
    ),
    "a copy under a new signature repeats a change of real reserves": (
        Curve(is_mayhem=True).buy(4 * SOL).rewriting_sell(20 * M, 25 * SOL).copied().buy(SOL),
        (False, True, 0, 1),
    ),
    "amounts times 1e9: real SOL before the trade is below nothing": (
        Curve(is_mayhem=True).buy(4 * SOL).rewrite(25 * SOL).buy(SOL, sol_lamports=SOL * SOL).sell(M),
        (False, True, 0, 1),
    ),
    "a fee inside an amount, on a coin that nobody rewrites": (
        other(is_mayhem=False).buy(SOL).buy(SOL, sol_lamports=SOL + SOL // 80).sell(M),
        (False, True, 0, 1),
    ),
    "a fee inside, where the product may have been rewritten: not to be told from a gap": (
        Curve(is_mayhem=True).buy(4 * SOL).rewrite(25 * SOL).buy(SOL, sol_lamports=SOL + SOL // 80).sell(M),
        (False, False, 1, 0),
    ),
    "no real reserves stated: the standard curve's constant decides, as ever": (
        Curve().buy(4 * SOL, **UNSTATED).rewriting_sell(20 * M, 25 * SOL, **UNSTATED),
        (False, True, 0, 1),
    ),
    "one trade without real reserves on the standard curve follows from its virtual ones": (
        Curve(is_mayhem=False).buy(4 * SOL).buy(SOL, **UNSTATED).sell(M),
        WHOLE,
    ),
}


def test_curves_that_are_not_the_standard_one(token_days):
    """What the event states leads: each is a coin of its own, of the same day."""
    rows, failed = token_days({why: curve.rows for why, (curve, _) in KINDS.items()})
    assert {row["token_mint"]: told([row])[0] for row in rows} == {why: tape for why, (_, tape) in KINDS.items()}
    # Breaks of few coins among many are warned of.
    assert failed == {(D1, "WARN")}
    for row in rows:
        curve, tape = KINDS[row["token_mint"]]
        if tape == WHOLE:
            assert row["net_cash_flow_close_lamports"] + row["fees_close_lamports"] + curve.real_sol == 0
            assert row["net_bought_close_units"] + curve.real_tokens == row["initial_token_units"]
        assert (row["mark_method"] == "set_aside") == tape[1]
