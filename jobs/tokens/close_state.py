"""Works out the state of a mint at a day's close: reserves or price that positions are marked at, and the fee."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.tokens import tape_completeness
from pnl.exit_value import SET_ASIDE
from pumploss.fees import BASIS_POINTS, FEES
from pumploss.money import (
    CURVE_PRODUCT,
    INITIAL_REAL_TOKEN_UNITS,
    INITIAL_VIRTUAL_SOL_LAMPORTS,
    INITIAL_VIRTUAL_TOKEN_UNITS,
    LAMPORTS_PER_SOL,
    UNSOLD_TOKEN_UNITS,
)

#: Below this volume in a day, rounding makes fees over volume meaningless; the dated fee table is used.
FEE_VOLUME_LAMPORTS = LAMPORTS_PER_SOL // 100
#: No venue takes more of a sale; stated fees beyond it are another thing, and must not stop the night of all others.
MOST_FEE_SHARE = 0.2
#: How many priced trades the median of a last-price mark is taken over.
RECENT = 5
#: Stands for reserves that a change of venue has left behind; what is known of reserves is never negative.
GONE = -1
#: Reserves as they are carried: those that prices follow from, and what is really there.
RESERVES = ("reserve_sol", "reserve_token", "real_sol", "real_token")
STORED = (
    "reserve_sol_close_lamports", "reserve_token_close_units", "real_sol_close_lamports", "real_token_close_units",
)  # fmt: skip
#: Lamports per base unit before the first trade of a curve, and when its last token is sold.
LOWEST_CURVE_PRICE = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS
HIGHEST_CURVE_PRICE = CURVE_PRODUCT / (INITIAL_VIRTUAL_TOKEN_UNITS - INITIAL_REAL_TOKEN_UNITS) ** 2


def carried(daily: DataFrame, before: DataFrame) -> DataFrame:
    """Answer the rows so far with reserves, price and recent prices taken from earlier ones where a day has none.

    Reserves are not taken over a change of venue: what is left on the curve says nothing about the pool.
    """
    order = Window.partitionBy("token_mint").orderBy("day")
    so_far = order.rowsBetween(Window.unboundedPreceding, 0)
    both = _own_state(daily).unionByName(_earlier_state(before), allowMissingColumns=True)
    left = F.when(F.lag("venue_close").over(order) != F.col("venue_close"), F.lit(GONE))
    known = both.withColumns({name: F.coalesce(name, left) for name in RESERVES})
    carried_on = {name: F.last(name, ignorenulls=True).over(so_far) for name in RESERVES}
    return known.withColumns(
        {
            **{name: F.when(carried_on["reserve_sol"] != GONE, value) for name, value in carried_on.items()},
            **{name: F.last(name, ignorenulls=True).over(so_far) for name in ("raw", "price", "spot_close_sol")},
            "recent": F.flatten(F.collect_list("recent").over(so_far)),
            "known_at": F.max("known_at").over(so_far),
            "is_new_mint": F.count(F.lit(1)).over(so_far) == 1,
            "price_peak_close_sol": F.max("price_high_sol").over(so_far),
            "spot_peak_close_sol": F.max("spot_high_sol").over(so_far),
            "buyer_count_close": F.coalesce(F.sum("new_buyer_count").over(so_far), F.lit(0)).cast("bigint"),
            "ever_traded_at": F.min("first_traded_at").over(so_far),
            "mint_number": F.max("mint_number").over(so_far),
        }
    )


def _own_state(daily: DataFrame) -> DataFrame:
    is_elsewhere = F.col("last_reserves.venue") != F.col("last.venue")
    return daily.withColumn("known_at", F.greatest("known_at", "pnl_known_at")).select(
        "*",
        F.lit(False).alias("is_before"),
        *(F.when(is_elsewhere, F.lit(GONE)).otherwise(value).alias(name) for name, value in _last_reserves().items()),
        (F.col("last_priced.price") * _per_unit(F.col("last_priced.token_decimals"))).alias("raw"),
        F.col("last_priced.price").alias("price"),
        F.col("last_spot.spot").alias("spot_close_sol"),
        F.transform("plain", lambda item: item["raw"]).alias("recent"),
        F.col("last.venue").alias("venue_close"),
    )


def _last_reserves() -> dict[str, Column]:
    """RESERVES after the day's last trade that states any; what is really there is the standard curve's if unstated."""
    last = F.col("last_reserves")
    is_curve = last["venue"] == "pump_curve"
    sol, tokens = last["virtual_sol_lamports"], last["virtual_token_units"]
    usual_sol = F.when(is_curve, sol - INITIAL_VIRTUAL_SOL_LAMPORTS).otherwise(sol)
    usual_tokens = F.when(is_curve, tokens - UNSOLD_TOKEN_UNITS).otherwise(tokens)
    real = (F.coalesce(last["real_sol_lamports"], usual_sol), F.coalesce(last["real_token_units"], usual_tokens))
    return dict(zip(RESERVES, (sol, tokens, *real), strict=True))


def _earlier_state(before: DataFrame) -> DataFrame:
    # A mint that is set aside has reserves only where they were stated.
    is_stated = F.col("mark_method").isin("reserves", SET_ASIDE)
    return before.select(
        "token_mint",
        "day",
        "known_at",
        "venue_close",
        F.lit(True).alias("is_before"),
        *(F.when(is_stated, F.col(stored)).alias(name) for stored, name in zip(STORED, RESERVES, strict=True)),
        (F.col("price_close_sol") * _per_unit(F.col("token_decimals"))).alias("raw"),
        F.col("price_close_sol").alias("price"),
        F.col("recent_prices").alias("recent"),
        "is_tape_complete",
        "initial_token_units",
        (F.col("mark_method") == SET_ASIDE).alias("is_set_aside"),
        F.col("price_peak_close_sol").alias("price_high_sol"),
        "spot_close_sol",
        F.col("spot_peak_close_sol").alias("spot_high_sol"),
        F.col("buyer_count_close").alias("new_buyer_count"),
        F.col("tape_began_at").alias("first_traded_at"),
        "mint_number",
        *(F.col(level).alias(flow) for level, (flow, _) in tape_completeness.LEVELS.items()),
    )


def _per_unit(decimals: Column) -> Column:
    """What turns SOL per whole token into lamports per base unit; own and carried prices are turned alike."""
    return F.lit(float(LAMPORTS_PER_SOL)) / F.pow(F.lit(10.0), decimals.cast("double"))


def marked(days: DataFrame) -> DataFrame:
    """Add to `carried` days what positions are marked against: `mark_method`, reserves or `mark_price`, and the fee."""
    venue = F.col("venue_close")
    recent = F.slice("recent", F.greatest(F.size("recent") - RECENT + 1, F.lit(1)), RECENT)
    method = (
        F.when(F.col("is_set_aside"), SET_ASIDE)
        .when(F.col("reserve_sol").isNotNull(), "reserves")
        .when((venue == "pump_curve") & F.col("raw").isNotNull(), "curve_from_price")
        .when(F.size("recent") > 0, "last_price")
        .otherwise("none")
    )
    named = days.select(
        "*",
        recent.alias("recent_prices"),
        method.alias("mark_method"),
        F.col("last.token_decimals").alias("token_decimals"),
        F.col("price").alias("price_close_sol"),
    )
    usual = sol, tokens = reserves_from_price(F.col("raw"))
    real = (sol - INITIAL_VIRTUAL_SOL_LAMPORTS, tokens - UNSOLD_TOKEN_UNITS)
    from_price = F.col("mark_method") == "curve_from_price"
    return named.select(
        "*",
        *(
            F.when(from_price, derived).otherwise(F.col(name)).alias(stored)
            for derived, name, stored in zip((*usual, *real), RESERVES, STORED, strict=True)
        ),
        F.when(F.col("mark_method") == "last_price", _median("recent_prices")).alias("mark_price"),
        _fee_share().alias("fee_close_share"),
    )


def reserves_from_price(price: Column) -> tuple[Column, Column]:
    """Curve reserves (lamports, base units) at a price in lamports per base unit, since their product is fixed.

    A price that no curve can have, as trades of a few units show it, counts as the nearest one that it can.
    """
    product = F.lit(float(CURVE_PRODUCT))
    possible = F.least(F.greatest(price, F.lit(LOWEST_CURVE_PRICE)), F.lit(HIGHEST_CURVE_PRICE))
    return F.round(F.sqrt(product * possible)).cast("bigint"), F.round(F.sqrt(product / possible)).cast("bigint")


def _median(name: str) -> Column:
    ordered, size = F.sort_array(name), F.size(name)
    low, high = F.floor((size + 1) / 2).cast("int"), F.floor((size + 2) / 2).cast("int")
    return (F.element_at(ordered, low) + F.element_at(ordered, high)) / 2


def _fee_share() -> Column:
    """Fees over volume of the day where the source states them and they can be, else the dated table."""
    # One list of cases, the latest first: nested in each other they took as long to plan as a table by itself.
    dated = F.when(F.col("venue_close").isNull(), 0.0)
    for venue, era in reversed([(venue, era) for venue, eras in FEES.items() for era in eras]):
        applies = (F.col("venue_close") == venue) & (F.col("last_traded_at") >= F.lit(era.since))
        dated = dated.when(applies, F.lit(era.total / BASIS_POINTS))
    stated = F.col("known_fees").cast("double") / F.nullif(F.col("fee_volume"), F.lit(0)).cast("double")
    is_sound = (F.col("fee_volume") >= FEE_VOLUME_LAMPORTS) & (stated <= MOST_FEE_SHARE)
    return F.when(is_sound, stated).otherwise(dated.otherwise(0.0))
