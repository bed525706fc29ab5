"""Works out the state of a mint at a day's close: reserves or price that positions are marked at, and the fee."""

import polars as pl
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.tokens import tape_completeness
from pnl.exit_value import SET_ASIDE
from pumploss.fees import BASIS_POINTS, FEES
from pumploss.levels import Kind, highest, last_items, latest, lowest, summed, with_levels
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
#: What a mint-day takes over from those before it, and what all of them come to: the column, and how.
_LEVELS: dict[str, tuple[str, Kind]] = {
    **{name: (name, latest) for name in (*RESERVES, "raw", "price", "spot_close_sol")},
    "recent": ("recent", last_items(RECENT)),
    "known_at": ("known_at", highest),
    "price_peak_close_sol": ("price_high_sol", highest),
    "spot_peak_close_sol": ("spot_high_sol", highest),
    "buyer_count_close": ("new_buyer_count", summed),
    "ever_traded_at": ("first_traded_at", lowest),
    "mint_number": ("mint_number", highest),
}
#: Lamports per base unit before the first trade of a curve, and when its last token is sold.
LOWEST_CURVE_PRICE = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS
HIGHEST_CURVE_PRICE = CURVE_PRODUCT / (INITIAL_VIRTUAL_TOKEN_UNITS - INITIAL_REAL_TOKEN_UNITS) ** 2


def carried(rows: pl.DataFrame) -> pl.DataFrame:
    """Give mint-days reserves, price and recent prices of earlier ones where a day has none, and levels of a life.

    Rows are in the order of `mint`, a number, and `day`. Reserves are not taken over a change of venue: what is left on
    the curve says nothing about the pool.
    """
    is_first = pl.col("mint").ne_missing(pl.col("mint").shift(1))
    has_left = ~is_first & (pl.col("venue_close").shift(1) != pl.col("venue_close"))
    left = pl.when(has_left).then(pl.lit(GONE, dtype=pl.Int64))
    known = rows.with_columns(
        **{name: pl.coalesce(name, left) for name in RESERVES}, is_new_mint=is_first & ~pl.col("is_before")
    )
    levels = with_levels(known, "mint", _LEVELS)
    is_there = pl.col("reserve_sol") != GONE
    return levels.with_columns(
        **{name: pl.when(is_there).then(name) for name in RESERVES},
        buyer_count_close=pl.col("buyer_count_close").fill_null(0),
    )


def own_state(daily: DataFrame) -> DataFrame:
    """Say what the trades of mint-days alone leave behind, for `closing.close`."""
    is_elsewhere = F.col("last_reserves.venue") != F.col("venue_close")
    return daily.withColumn("known_at", F.greatest("known_at", "pnl_known_at")).select(
        "*",
        F.lit(False).alias("is_before"),
        *(F.when(is_elsewhere, F.lit(GONE)).otherwise(value).alias(name) for name, value in _last_reserves().items()),
        (F.col("last_price") * _per_unit(F.col("last_price_decimals"))).alias("raw"),
        F.col("last_price").alias("price"),
        F.transform("plain", lambda item: item["raw"]).alias("recent"),
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


def earlier_state(before: DataFrame) -> DataFrame:
    """Say where each mint stood before, for `closing.close`: what it has come to is in the columns of flows."""
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
    method = (
        F.when(F.col("is_set_aside"), SET_ASIDE)
        .when(F.col("reserve_sol").isNotNull(), "reserves")
        .when((venue == "pump_curve") & F.col("raw").isNotNull(), "curve_from_price")
        .when(F.size("recent") > 0, "last_price")
        .otherwise("none")
    )
    named = days.select(
        "*",
        F.col("recent").alias("recent_prices"),
        method.alias("mark_method"),
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
