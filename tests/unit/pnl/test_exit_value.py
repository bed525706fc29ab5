"""What a position would fetch, worked out by hand."""

import pytest

from jobs.marks import exit_value, reserves_from_price
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
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
            {**CURVE, "reserve_sol_close_lamports": INITIAL_VIRTUAL_SOL_LAMPORTS - 1}, 10**15, 0, id="no real SOL left"
        ),
        pytest.param(LAST_PRICE, 101, 50, id="101 x 0.5, floored"),
        pytest.param({**LAST_PRICE, "fee_close_share": 0.02}, 100, 49, id="100 x 0.5 less 2 %"),
        pytest.param({**LAST_PRICE, "mark_price": 1e12}, 10**15, 10**15, id="no more than a million SOL"),
        pytest.param({"mark_method": "none", "venue_close": "pumpswap"}, 10**15, 0, id="never priced"),
    ],
)
def test_exit_value(frame, state, units, lamports):
    from pyspark.sql import functions as F

    found = frame(TABLE, state).select(exit_value(F.lit(units).cast("bigint")).alias("value"))
    assert found.dtypes == [("value", "bigint")]
    assert found.collect()[0]["value"] == lamports


START = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS
SOLD_OUT = (115_005_359_057, 279_900_000_000_000)  # sqrt(k x price) and the tokens that are never sold on the curve


@pytest.mark.parametrize(
    ("price", "reserves"),
    [
        pytest.param(START, (INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS), id="at the start"),
        pytest.param(
            START * 4, (INITIAL_VIRTUAL_SOL_LAMPORTS * 2, INITIAL_VIRTUAL_TOKEN_UNITS // 2), id="twice the SOL"
        ),
        pytest.param(1e-13, (INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS), id="no curve is cheaper"),
        pytest.param(1e18, SOLD_OUT, id="nor dearer"),
    ],
)
def test_reserves_follow_from_the_price(spark, price, reserves):
    from pyspark.sql import functions as F

    sol, tokens = reserves_from_price(F.col("price"))
    (found,) = (
        spark.createDataFrame([(price,)], "price double").select(sol.alias("sol"), tokens.alias("tokens")).collect()
    )
    assert tuple(found) == reserves
