"""What a position would fetch, worked out by hand."""

import math
from random import Random

import polars as pl
import pytest

from pnl.exit_value import MARK, exit_value
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS, MOST_LAMPORTS
from pumploss.tables.gold_token_day import TABLE

POOL = {
    "mark_method": "reserves",
    "venue_close": "pumpswap",
    "reserve_sol_close_lamports": 1000,
    "reserve_token_close_units": 3000,
}
CURVE = {
    "mark_method": "reserves",
    "venue_close": "pump_curve",
    "reserve_sol_close_lamports": INITIAL_VIRTUAL_SOL_LAMPORTS + 200,
    "reserve_token_close_units": INITIAL_VIRTUAL_TOKEN_UNITS,
    "real_sol_close_lamports": 200,
}
LAST_PRICE = {"mark_method": "last_price", "venue_close": "pumpswap", "mark_price": 0.5}


@pytest.mark.parametrize(
    ("state", "units", "lamports"),
    [
        pytest.param(POOL, 1000, 250, id="1000 x 1000 / (3000 + 1000)"),
        pytest.param({**POOL, "fee_close_share": 0.01}, 1000, 247, id="less 1 %: 247.5, floored"),
        pytest.param(POOL, 1, 0, id="a quarter of a lamport is none"),
        pytest.param(POOL, 0, 0, id="nothing held"),
        pytest.param({**POOL, "mark_method": "curve_from_price"}, 1000, 250, id="reserves that follow from a price"),
        pytest.param(CURVE, INITIAL_VIRTUAL_TOKEN_UNITS, 200, id="a curve pays no more than its real SOL"),
        pytest.param(
            {**CURVE, "fee_close_share": 0.01}, INITIAL_VIRTUAL_TOKEN_UNITS, 198, id="the fee is taken from that"
        ),
        pytest.param(
            {**CURVE, "real_sol_close_lamports": -1}, 10**15, 0, id="no real SOL left, as far as virtual ones tell"
        ),
        pytest.param(
            {**CURVE, "reserve_sol_close_lamports": 26 * 10**9, "real_sol_close_lamports": 4 * 10**9},
            10**14,
            2_216_538_789,
            id="rewritten to less than 30 virtual SOL: 26 x 100 / (1073 + 100), which the real SOL can pay",
        ),
        pytest.param(
            {**CURVE, "reserve_sol_close_lamports": 90 * 10**9, "real_sol_close_lamports": 4 * 10**9},
            10**14,
            4 * 10**9,
            id="rewritten to 90 virtual SOL: no more than the 4 that are there",
        ),
        pytest.param({**POOL, "real_sol_close_lamports": 100}, 1000, 100, id="a pool that counts more than it holds"),
        pytest.param({**POOL, "real_sol_close_lamports": 5000}, 1000, 250, id="a pool that holds more than it counts"),
        pytest.param({**POOL, "mark_method": "set_aside"}, 1000, 0, id="set aside: in no sum"),
        pytest.param(LAST_PRICE, 101, 50, id="101 x 0.5, floored"),
        pytest.param({**LAST_PRICE, "fee_close_share": 0.02}, 100, 49, id="100 x 0.5 less 2 %"),
        pytest.param({**LAST_PRICE, "mark_price": 1e12}, 10**15, 10**15, id="no more than a million SOL"),
        pytest.param({"mark_method": "none", "venue_close": "pumpswap"}, 10**15, 0, id="never priced"),
    ],
)
def test_exit_value(arrow, state, units, lamports):
    marks = pl.DataFrame(pl.from_arrow(arrow(TABLE, state)))
    value = marks.select(exit_value(pl.lit(units, pl.Int64)).alias("value"))["value"]
    assert (value.dtype, value.to_list()) == (pl.Int64, [lamports])


def state_of(rng):
    """A mint's state at a close, and a position in it; amounts that round badly, and what should never be missing."""
    reserve = rng.random() < 0.8
    return {
        "units": rng.choice((0, 1, rng.randrange(10**6), rng.randrange(10**15), rng.randrange(2**62))),
        "reserve_sol_close_lamports": rng.choice((1, 29 * 10**9, rng.randrange(115 * 10**9))) if reserve else None,
        "reserve_token_close_units": rng.choice((1, rng.randrange(1, 10**15))) if reserve else None,
        "real_sol_close_lamports": rng.choice((None, -1, 0, rng.randrange(85 * 10**9))) if reserve else None,
        "mark_price": rng.choice((None, 0.0, rng.random() * 1e-5, rng.random() * 1e6)),
        "mark_method": rng.choice(("reserves", "curve_from_price", "last_price", "none", "set_aside")),
        "fee_close_share": rng.choice((0.0, 0.01, 0.0125, rng.random() * 0.2)),
    }


def in_doubles(row):
    """The value in Python's own doubles, operation by operation; None where something is missing."""
    x, kept = float(row["units"]), 1.0 - row["fee_close_share"]
    if row["mark_method"] in ("none", "set_aside"):
        return 0.0
    if row["mark_method"] == "last_price":
        return None if row["mark_price"] is None else x * row["mark_price"] * kept
    if row["reserve_sol_close_lamports"] is None:
        return None
    sol = float(row["reserve_sol_close_lamports"])
    gross = sol * x / (float(row["reserve_token_close_units"]) + x)
    if row["real_sol_close_lamports"] is not None:
        gross = min(gross, max(float(row["real_sol_close_lamports"]), 0.0))
    return gross * kept


def test_every_lamport_is_that_of_the_same_operations_in_python():
    rng = Random(5)
    rows = [state_of(rng) for _ in range(8000)]
    schema = {"units": pl.Int64, **{name: pl.DataFrame(rows, infer_schema_length=None)[name].dtype for name in MARK}}
    found = pl.DataFrame(rows, schema=schema).select(exit_value(pl.col("units"))).to_series().to_list()
    values = [in_doubles(row) for row in rows]
    expected = [
        0 if not row["units"] else MOST_LAMPORTS if value is None else min(math.floor(value), MOST_LAMPORTS)
        for row, value in zip(rows, values, strict=True)
    ]
    assert found == expected
    assert len(set(found)) > 500
    assert {0, MOST_LAMPORTS} < set(found)
