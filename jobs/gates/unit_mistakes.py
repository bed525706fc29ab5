"""Trades whose price only makes sense in another unit, told by the other trades of their mint.

An amount that stands in the wrong unit (lamports as SOL, SOL divided twice, whole tokens as base units or the reverse)
is off by 10^6 or 10^9. What else is far from a mint's median price, and is real:

- dust: one lamport for one base unit is 36,000 times the price at which a curve starts;
- rugs and launches: a price may fall or rise by any factor within a day, and does not come back;
- tips, rent and other legs of a transaction, which are part of a balance change: in the real samples a hundredth of a
  token cost 600,000 times the median price, and 87 million tokens a two-millionth of it.

So a price counts as mistaken only if it is FAR from the median, on the side of the amounts that rounding cannot
explain, in a mint most of whose trades are near that median, and between such trades. A balance change must moreover be
off by 10^9, upwards. A factor of 1,000 cannot be told from a fall or a thin pool, and is left alone.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pumploss.reasons import Reason

#: Whose trades are compared: those of one mint in one day's dumps of one source.
KEYS = ("dump_day", "source", "token_mint")
#: A median needs as many trades.
LEAST_TRADES = 5
#: From here on a factor is nearer to 10^6 than to 10^3.
FAR = 30_000.0
#: From here on it is nearer to 10^9 than to 10^6.
FARTHEST = 30_000_000.0
#: Prices within this factor of the median are usual, as three of four must be for the median to mean something.
USUAL = 100.0
USUAL_SHARE = 0.75
#: Less than this is dust: a lamport more or less, or a tip, says much about such a price.
SOLID_LAMPORTS = 100_000
SOLID_UNITS = 1_000


def implausible(trades: DataFrame) -> DataFrame:
    """Finds the trades to refuse: `dump_day`, `file`, `line_number`, `reason` and `detail`, from parsed trades.

    A function of one day's dumps of one source: other days and sources change nothing.
    """
    priced = trades.where("sol_lamports > 0 AND token_units > 0").select(
        *KEYS,
        *("file", "line_number", "traded_at", "amount_basis", "token_units", "sol_lamports"),
        (F.col("sol_lamports").cast("double") / F.col("token_units").cast("double")).alias("price"),
    )
    compared = priced.join(_medians(priced), list(KEYS)).withColumn("ratio", F.col("price") / F.col("median"))
    is_usual = _is_solid() & F.col("ratio").between(1 / USUAL, USUAL)
    usual = (
        compared.groupBy(*KEYS)
        .agg(
            F.min(F.when(is_usual, F.col("traded_at"))).alias("first_at"),
            F.max(F.when(is_usual, F.col("traded_at"))).alias("last_at"),
            F.count(F.when(is_usual, 1)).alias("usual_count"),
            F.count(F.when(_is_solid(), 1)).alias("solid_count"),
        )
        .where(F.col("usual_count") >= F.col("solid_count") * USUAL_SHARE)
    )
    enclosed = (F.col("first_at") < F.col("traded_at")) & (F.col("traded_at") < F.col("last_at"))
    return (
        compared.where(_is_mistaken())
        .join(usual, list(KEYS))
        .where(enclosed)
        .select("dump_day", "file", "line_number", F.lit(Reason.UNIT_MISTAKE.value).alias("reason"), _detail())
    )


def _medians(priced: DataFrame) -> DataFrame:
    """Finds the exact median price of the few mints in which any two prices are far apart."""
    spread = priced.groupBy(*KEYS).agg(
        F.count(F.when(_is_solid(), 1)).alias("solid"), F.max("price").alias("highest"), F.min("price").alias("lowest")
    )
    apart = spread.where((F.col("solid") >= LEAST_TRADES) & (F.col("highest") >= F.col("lowest") * FAR))
    solid = priced.where(_is_solid()).join(apart, list(KEYS), "left_semi")
    return solid.groupBy(*KEYS).agg(F.expr("percentile(price, 0.5)").alias("median"))


def _is_solid() -> Column:
    """Whether a trade is large enough for its price to be exact to a thousandth."""
    return (F.col("sol_lamports") >= SOLID_LAMPORTS) & (F.col("token_units") >= SOLID_UNITS)


def _is_mistaken() -> Column:
    """Whether a price is too far from the median, given what the amounts contain."""
    worth = F.col("token_units").cast("double") * F.col("median")
    is_net = F.col("amount_basis") == "curve"
    too_high = is_net & (F.col("ratio") >= FAR) & (F.col("sol_lamports") >= SOLID_LAMPORTS)
    too_low = is_net & (F.col("ratio") <= 1 / FAR) & (worth >= SOLID_LAMPORTS)
    too_high_with_costs = ~is_net & (F.col("ratio") >= FARTHEST) & (worth >= SOLID_LAMPORTS)
    return too_high | too_low | too_high_with_costs


def _detail() -> Column:
    power = F.round(F.log10("ratio")).cast("int").cast("string")
    said = F.concat(
        F.lit("sol_lamports="),
        F.col("sol_lamports").cast("string"),
        F.lit(" for token_units="),
        F.col("token_units").cast("string"),
        F.lit(" is about 10^"),
        power,
        F.lit(" times the median price of the mint's trades in this dump"),
    )
    return said.alias("detail")
