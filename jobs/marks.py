"""What a position would fetch: the exit value on the curve or in the pool, its own price impact included."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from pumploss.money import (
    CURVE_PRODUCT,
    INITIAL_REAL_TOKEN_UNITS,
    INITIAL_VIRTUAL_SOL_LAMPORTS,
    INITIAL_VIRTUAL_TOKEN_UNITS,
    MOST_LAMPORTS,
)

#: Lamports per base unit before the first trade of a curve, and when its last token is sold.
LOWEST_CURVE_PRICE = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS
HIGHEST_CURVE_PRICE = CURVE_PRODUCT / (INITIAL_VIRTUAL_TOKEN_UNITS - INITIAL_REAL_TOKEN_UNITS) ** 2


def reserves_from_price(price: Column) -> tuple[Column, Column]:
    """Curve reserves (lamports, base units) at a price in lamports per base unit, since their product is fixed.

    A price that no curve can have, as trades of a few units show it, counts as the nearest one that it can.
    """
    product = F.lit(float(CURVE_PRODUCT))
    possible = F.least(F.greatest(price, F.lit(LOWEST_CURVE_PRICE)), F.lit(HIGHEST_CURVE_PRICE))
    return F.round(F.sqrt(product * possible)).cast("bigint"), F.round(F.sqrt(product / possible)).cast("bigint")


def exit_value(units: Column) -> Column:
    """Lamports that selling `units` at once would bring after fees, by the mint's state in `gold_token_day`.

    On reserves: (1 - fee) * vs * x / (vt + x), on the curve no more than its real SOL. At a last price, where no
    reserves exist: (1 - fee) * x * price, without impact. A mint that was never priced is worth nothing, and no
    position more than MOST_LAMPORTS. The arithmetic is IEEE double in one fixed order and floored, so every engine
    gives the same lamport.
    """
    kept = F.lit(1.0) - F.col("fee_close_share")
    x = units.cast("double")
    sol, tokens = F.col("reserve_sol_close_lamports").cast("double"), F.col("reserve_token_close_units").cast("double")
    gross = sol * x / (tokens + x)
    real = F.greatest(sol - F.lit(float(INITIAL_VIRTUAL_SOL_LAMPORTS)), F.lit(0.0))
    capped = F.when(F.col("venue_close") == "pump_curve", F.least(gross, real)).otherwise(gross)
    value = (
        F.when(F.col("mark_method").isin("reserves", "curve_from_price"), capped * kept)
        .when(F.col("mark_method") == "last_price", x * F.col("mark_price") * kept)
        .when(F.col("mark_method") == "none", F.lit(0.0))
    )
    most = F.least(F.floor(value), F.lit(MOST_LAMPORTS))
    return F.when(units == 0, F.lit(0)).otherwise(most).cast("bigint")
