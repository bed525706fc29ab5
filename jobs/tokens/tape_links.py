"""How the curve trades of a mint and day follow from each other by the reserves that they state.

What linked, gap and break mean, and which rounding is allowed, says `jobs/tokens/tape_completeness.py`.
"""

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame

from pumploss.contract import Column, Table, Type
from pumploss.money import CURVE_PRODUCT, INITIAL_VIRTUAL_SOL_LAMPORTS, UNSOLD_TOKEN_UNITS
from pumploss.walks import by_mints

#: A product of reserves above k by more than this share of it was never reached by rounding.
MOST_ROUNDING_ONE_IN = 100_000
#: Lamports and units by which rounding may favour the curve in one trade.
LAMPORTS_PERTRADE, UNITS_PERTRADE = 2, 1
#: Larger than any reserve; what is beyond it only has to stay beyond it, and products within 128 bits.
_BEYOND = 2**62

TRADE = (
    "token_mint", "trade_date", "order_in_mint_day", "is_order_inferred", "direction", "token_units", "sol_lamports",
    "virtual_sol_lamports", "virtual_token_units", "real_sol_lamports", "real_token_units", "is_mayhem",
)  # fmt: skip

#: What the trades of a mint and day say by themselves; their first one is judged when the days before are known.
LINKS = Table(
    name="links",
    description="Per mint and day: how its curve trades with stated reserves follow from each other; never published.",
    columns=(
        Column("token_mint", Type.STRING, "The mint"),
        Column("day", Type.DATE, "UTC day of the trades"),
        Column("stated_count", Type.BIGINT, "Curve trades that state reserves"),
        Column("linked_count", Type.BIGINT, "Those of them, after the first, that are linked"),
        Column("gap_count", Type.BIGINT, "Those of them, after the first, that are gaps"),
        Column("break_count", Type.BIGINT, "Those of them, after the first, that are breaks"),
        Column("is_break_first", Type.BOOLEAN, "Whether the earliest that is not linked, after the first, is a break"),
        Column("first_sol_lamports", Type.BIGINT, "Real SOL reserve before the first; missing where none can be"),
        Column("first_token_units", Type.BIGINT, "Real token reserve before the first; missing where none can be"),
        Column("is_first_gap", Type.BOOLEAN, "Whether the first is a gap unless it is linked"),
        Column("is_first_break", Type.BOOLEAN, "Whether the first is a break unless it is linked"),
        Column("is_first_standard", Type.BOOLEAN, "Whether the first is on the standard curve, as far as it states"),
    ),
    key=("token_mint", "day"),
)


def links(trades: DataFrame, groups: int = 1) -> DataFrame:
    """`LINKS` of the mints and days that have curve trades with stated reserves, from `silver_trades`.

    Mints are followed in so many groups.
    """
    stated = trades.where(
        "venue = 'pump_curve' AND amount_basis = 'curve'"
        " AND virtual_sol_lamports IS NOT NULL AND virtual_token_units IS NOT NULL"
    )
    return by_mints(stated.select(*TRADE), groups).applyInArrow(link, LINKS.ddl)


def link(mints: pa.Table) -> pa.Table:
    """Curve trades of whole mint-days with stated reserves, in any order, to `LINKS`."""
    day = ["token_mint", "trade_date"]
    trades = pl.DataFrame(pl.from_arrow(mints)).sort(*day, "order_in_mint_day")
    known = trades.with_columns(**_reserves(), mint_day=pl.struct(day).rle_id()).with_columns(**_kind())
    is_first = pl.col("mint_day").ne_missing(pl.col("mint_day").shift(1))
    follows = (pl.col("sol_before") == pl.col("sol_after").shift(1)) & (
        pl.col("token_before") == pl.col("token_after").shift(1)
    )
    change = pl.struct("mint_day", "direction", "sol_after", "token_after", "sol_before", "token_before")
    told = known.with_columns(
        is_first=is_first,
        is_linked=follows.fill_null(False) & ~is_first,
        is_break=~_is_possible() | ~change.is_first_distinct(),
        is_open=pl.col("is_order_inferred") | (pl.col("is_order_inferred").shift(1).fill_null(False) & ~is_first),
    )
    torn = ~pl.col("is_first") & ~pl.col("is_linked")
    is_gap = ~pl.col("is_break") & ~pl.col("is_open")
    first = {
        f"first_{name}": pl.when(pl.col(value).is_between(-_BEYOND, _BEYOND)).then(value).first().cast(pl.Int64)
        for name, value in (("sol_lamports", "sol_before"), ("token_units", "token_before"))
    }
    days = told.group_by("token_mint", day="trade_date", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("stated_count"),
        pl.col("is_linked").sum().cast(pl.Int64).alias("linked_count"),
        (torn & is_gap).sum().cast(pl.Int64).alias("gap_count"),
        (torn & pl.col("is_break")).sum().cast(pl.Int64).alias("break_count"),
        pl.col("is_break").filter(torn).first().fill_null(False).alias("is_break_first"),
        is_first_gap=is_gap.first(),
        is_first_break=pl.col("is_break").first(),
        is_first_standard=pl.col("is_standard").first(),
        **first,
    )
    return pa.table(days.select(LINKS.names).to_arrow()).cast(LINKS.arrow_schema)


def _reserves() -> dict[str, pl.Expr]:
    """The real reserves after and before each trade, and the virtual ones, in 128 bits.

    Where no real ones are stated they are those of the standard curve, which are less by what never changes.
    """
    sign = pl.when(pl.col("direction") == "buy").then(1).otherwise(-1).cast(pl.Int128)
    bought, paid = (sign * pl.col(name).cast(pl.Int128) for name in ("token_units", "sol_lamports"))
    sol, tokens = (pl.col(name).cast(pl.Int128) for name in ("virtual_sol_lamports", "virtual_token_units"))
    is_real = _is_real()
    usual_sol, usual_tokens = sol - INITIAL_VIRTUAL_SOL_LAMPORTS, tokens - UNSOLD_TOKEN_UNITS
    sol_after = pl.when(is_real).then(pl.col("real_sol_lamports").cast(pl.Int128)).otherwise(usual_sol)
    token_after = pl.when(is_real).then(pl.col("real_token_units").cast(pl.Int128)).otherwise(usual_tokens)
    return {
        "sol_after": sol_after,
        "token_after": token_after,
        "sol_before": sol_after - paid,
        "token_before": token_after + bought,
        "virtual_sol_after": sol,
        "virtual_token_after": tokens,
        "virtual_sol_before": sol - paid,
        "virtual_token_before": tokens + bought,
    }


def _is_real() -> pl.Expr:
    return pl.col("real_sol_lamports").is_not_null() & pl.col("real_token_units").is_not_null()


def _kind() -> dict[str, pl.Expr]:
    """Whether a trade leaves the standard curve's reserves, and whether its virtual ones follow from its amounts.

    Where no real reserves are stated, the curve is taken for the standard one. On a mayhem coin a trade may rewrite its
    virtual reserves itself; a coin of which no mode is stated may be one.
    """
    is_usual = (pl.col("virtual_sol_after") - pl.col("sol_after") == INITIAL_VIRTUAL_SOL_LAMPORTS) & (
        pl.col("virtual_token_after") - pl.col("token_after") == UNSOLD_TOKEN_UNITS
    )
    is_standard = ~_is_real() | (is_usual & _is_near_k(_product("after")))
    return {"is_standard": is_standard, "is_product": is_standard | pl.col("is_mayhem").eq_missing(False)}


def _product(when: str) -> pl.Expr:
    """The product of the virtual reserves before or after a trade; what is below nothing counts as nothing."""
    return pl.col(f"virtual_sol_{when}").clip(0, _BEYOND) * pl.col(f"virtual_token_{when}").clip(0, _BEYOND)


def _is_near_k(product: pl.Expr) -> pl.Expr:
    """Whether a product of reserves is on the standard curve, all rounding of its life allowed."""
    most = CURVE_PRODUCT + CURVE_PRODUCT // MOST_ROUNDING_ONE_IN
    return product.is_between(pl.lit(CURVE_PRODUCT, dtype=pl.Int128), pl.lit(most, dtype=pl.Int128))


def _is_possible() -> pl.Expr:
    """Whether the amounts of a trade may have led to its reserves from a point of its curve."""
    before, after = _product("before"), _product("after")
    most_sol, most_tokens = (
        pl.max_horizontal(*(pl.col(f"virtual_{name}_{when}").clip(0, _BEYOND) for when in ("before", "after")))
        for name in ("sol", "token")
    )
    room = LAMPORTS_PERTRADE * most_tokens + UNITS_PERTRADE * most_sol
    keeps_product = (before > 0) & (after >= before) & (after - before <= room)
    has_enough = ~_is_real() | ((pl.col("sol_before") >= 0) & (pl.col("token_before") >= 0))
    is_on_curve = _is_near_k(before) | ~pl.col("is_standard")
    return has_enough & is_on_curve & (keeps_product | ~pl.col("is_product"))
