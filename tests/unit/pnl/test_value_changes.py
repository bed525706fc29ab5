"""The walk over positions values them as `marks.exit_value` does, to the lamport."""

from random import Random

import polars as pl

from jobs.marks import exit_value
from jobs.position_values import MARK, exit_lamports
from pumploss.money import MOST_LAMPORTS
from pumploss.tables import gold_token_day


def state_of(rng):
    """A mint's state at a close, and a position in it; amounts that round badly, and what should never be missing."""
    reserve = rng.random() < 0.8
    return {
        "units": rng.choice((0, 1, rng.randrange(10**6), rng.randrange(10**15), rng.randrange(2**62))),
        "venue_close": rng.choice(("pump_curve", "pumpswap")),
        "reserve_sol_close_lamports": rng.choice((1, 29 * 10**9, rng.randrange(115 * 10**9))) if reserve else None,
        "reserve_token_close_units": rng.choice((1, rng.randrange(1, 10**15))) if reserve else None,
        "mark_price": rng.choice((None, 0.0, rng.random() * 1e-5, rng.random() * 1e6)),
        "mark_method": rng.choice(("reserves", "curve_from_price", "last_price", "none")),
        "fee_close_share": rng.choice((0.0, 0.01, 0.0125, rng.random() * 0.2)),
    }


def test_both_ways_give_the_same_lamports(spark):
    from pyspark.sql import functions as F

    rng = Random(5)
    rows = [{"number": n, **state_of(rng)} for n in range(4000)]
    types = {name: gold_token_day.TABLE[name].type.spark for name in MARK}
    ddl = ", ".join(f"{name} {types.get(name, 'bigint')}" for name in rows[0])
    engine = spark.createDataFrame([tuple(row.values()) for row in rows], ddl)
    valued = engine.select("number", exit_value(F.col("units")).alias("value")).toArrow().to_pylist()
    expected = [row["value"] for row in sorted(valued, key=lambda row: row["number"])]
    found = pl.DataFrame(rows, infer_schema_length=None).select(exit_lamports(pl.col("units"))).to_series().to_list()
    assert found == expected
    assert len(set(found)) > 500
    assert {0, MOST_LAMPORTS} < set(found)
