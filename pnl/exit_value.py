"""Says what a position would fetch: the exit value on the curve or in the pool, its own price impact included."""

from typing import Final

import polars as pl

from pumploss.money import MOST_LAMPORTS

#: How a mint is marked whose tape a break ended: it is in no sum of equity.
SET_ASIDE: Final = "set_aside"

#: The state of a mint in `gold_token_day` that positions are marked against.
MARK: Final = (
    "reserve_sol_close_lamports", "reserve_token_close_units", "real_sol_close_lamports", "mark_price",
    "mark_method", "fee_close_share",
)  # fmt: skip


def exit_value(units: pl.Expr) -> pl.Expr:
    """Lamports that selling `units` at once would bring after fees, by the columns of MARK beside them.

    On reserves: (1 - fee) * vs * x / (vt + x), and before the fee no more than the SOL that is really there. At a last
    price, where no reserves exist: (1 - fee) * x * price, without impact. A mint that was never priced, or is set
    aside, is worth nothing, and no position more than MOST_LAMPORTS; what cannot be worked out counts as that. The
    arithmetic is IEEE double in one fixed order and floored: another order gives other lamports.
    """
    x, kept = units.cast(pl.Float64), 1.0 - pl.col("fee_close_share")
    sol = pl.col("reserve_sol_close_lamports").cast(pl.Float64)
    gross = sol * x / (pl.col("reserve_token_close_units").cast(pl.Float64) + x)
    real = pl.max_horizontal(pl.col("real_sol_close_lamports").cast(pl.Float64), pl.lit(0.0))
    capped = (
        pl.when(pl.col("real_sol_close_lamports").is_not_null()).then(pl.min_horizontal(gross, real)).otherwise(gross)
    )
    method = pl.col("mark_method")
    value = (
        pl.when(method.is_in(["reserves", "curve_from_price"])).then(capped * kept)
        .when(method == "last_price").then(x * pl.col("mark_price") * kept)
        .when(method.is_in(["none", SET_ASIDE])).then(pl.lit(0.0))
    )  # fmt: skip
    # The minimum passes over what is missing, so a value that is missing becomes the most.
    most = pl.min_horizontal(value.floor(), pl.lit(float(MOST_LAMPORTS)))
    return pl.when(units == 0).then(pl.lit(0.0)).otherwise(most).cast(pl.Int64)
