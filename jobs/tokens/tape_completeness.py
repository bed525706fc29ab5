"""Whether the trades of a mint are all there: each one's reserves must follow from those after the trade before it.

Only trades count that state the curve's reserves after them (venue `pump_curve`, amounts of basis `curve`; bronze
refuses quotes other than SOL). What is followed are the real reserves, SOL and tokens, since these only trades move;
virtual ones may be rewritten, by an event of its own or inside a trade of a mayhem coin's agent, and say nothing then.
Where a source states no real reserves, they are taken for those of the standard curve: virtual ones less
30 SOL and 279,900,000 tokens. A trade's own amounts say what they were before: after -/+ `sol_lamports` and +/-
`token_units` for a buy or a sell. A trade is

- *linked* where these are the reserves after the trade before it, or for the mint's first trade the initial ones: no
  SOL, and 793,100,000 tokens, or on a curve of another kind as many as there were. No lamport is tolerated: the program
  moves its reserves by the very amounts that its event states, so whatever its integer division rounds is in amount and
  reserves alike;
- a *break* where it is not linked and contradicts itself or repeats another: the same change of the same reserves was
  there before that day; or real reserves before it were below nothing; or the virtual ones were off the standard curve
  before it (their product below k, or above it by more than all rounding of a curve's life), where they are on it after
  it or no real ones are stated; or their product falls or grows by more than the rounding of one trade, unless the
  trade may have rewritten them itself: off the standard curve, on a coin that is in mayhem mode or states no mode.
  Amounts in a wrong unit, fees inside an amount and copies under a new signature look so;
- a *gap* where it is not linked and nothing is wrong with the trade itself: trades before it are missing, or lines of
  them were refused. Where only direction or id order it or the trade before it, its place is open and it is neither.

Rounding: the program asks one lamport more than the quotient for a buy and floors what a sell brings, so each trade
raises the product by at most two lamports' worth of tokens, and one unit's worth of SOL where the SOL is what is given.
A hundred-thousandth of k is 300,000 such trades: more than a curve sees before it is sold out. So a curve to which
anybody ever sold holds a lamport at least: a first trade before which it held none has none before it.

The tape of a mint is *complete* up to a day if its first trade ever starts at the initial reserves, every trade since
states reserves and is linked, and all of them are on the curve. Refused lines of a mint show as gaps once it trades on.
On a complete tape what traders took out, all fees, and the curve's real SOL sum to 0 to the lamport, and what they hold
is what the curve has sold to the unit: `gold_token_day` checks it from `silver_trade_pnl`.
A break that ends a complete tape *sets the mint aside*: from that day on it is in no sum of equity.
"""

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from pumploss.money import INITIAL_REAL_TOKEN_UNITS

#: Levels over a mint's life, the daily flow that each sums, and the type of both.
LEVELS = {
    "net_cash_flow_close_lamports": ("net_cash_flow_lamports", "bigint"),
    "fees_close_lamports": ("fees_lamports", "bigint"),
    "net_bought_close_units": ("net_bought_units", "decimal(38,0)"),
}


def flows() -> list[Column]:
    """What rows of `silver_trade_pnl` say that traders took out in lamports, fees included, and bought in units."""
    is_buy = F.col("direction") == "buy"
    cash = F.when(is_buy, -F.col("buy_cost_lamports")).otherwise(F.col("sol_lamports") - F.col("fee_lamports"))
    bought = F.when(is_buy, F.col("token_units")).otherwise(-F.col("matched_units") - F.col("unmatched_units"))
    units = F.sum(bought.cast("decimal(38,0)")).cast("decimal(38,0)")  # a thousand large trades pass 64 bits
    return [F.sum(cash).alias("net_cash_flow_lamports"), units.alias("net_bought_units")]


def closed(rows: DataFrame) -> DataFrame:
    """Mint-days, in which rows that are `is_before` hold a mint's levels so far, with their tape columns.

    Needed of each row: `tape_links.LINKS` (missing where no curve trade states reserves), `trade_count`, `venue_close`,
    the flows of LEVELS, and `real_sol` and `real_token` at its close, as carried. Rows before hold levels in the
    columns of flows, `is_tape_complete`, `initial_token_units` and `is_set_aside`.
    """
    order = Window.partitionBy("token_mint").orderBy("day")
    so_far = order.rowsBetween(Window.unboundedPreceding, 0)
    earlier = order.rowsBetween(Window.unboundedPreceding, -1)
    linked = rows.withColumns(_expected(order)).withColumn("is_first_linked", _is_first_linked())
    whole = (
        F.col("is_first_linked")
        & (F.col("stated_count") == F.col("trade_count"))
        & (F.col("linked_count") == F.col("stated_count") - 1)
    )
    kept = F.when(F.col("is_before"), F.col("is_tape_complete")).otherwise(F.coalesce(whole, F.lit(False)))
    began_with = F.when(F.col("is_new_mint") & F.col("is_first_linked"), F.col("first_token_units"))
    known = linked.withColumns(
        {"is_kept": kept.cast("int"), "began_with": F.coalesce("initial_token_units", began_with)}
    )
    ends = known.withColumns(
        {
            "was_complete": F.min("is_kept").over(earlier) == 1,
            "is_complete": F.min("is_kept").over(so_far) == 1,
            "initial_token_units": F.max("began_with").over(so_far),
            **{level: F.sum(flow).over(so_far).cast(kind) for level, (flow, kind) in LEVELS.items()},
        }
    )
    counted = ends.withColumns(_counts()).withColumn("is_tape_complete", F.col("is_complete"))
    torn = F.coalesce("is_set_aside", F.col("is_tape_broken") & ~F.col("is_sampled"))
    return counted.withColumn("is_set_aside", F.max(torn.cast("int")).over(so_far) == 1)


def _expected(order: WindowSpec) -> dict[str, Column]:
    """The reserves that a mint's first trade of a day must start from, where they are known."""
    is_curve = F.lag("venue_close").over(order) == "pump_curve"
    standard = F.lit(INITIAL_REAL_TOKEN_UNITS)
    initial_tokens = F.when(F.col("is_first_standard"), standard).otherwise(F.col("first_token_units"))
    return {
        name: F.when(F.col("is_new_mint"), initial.cast("bigint")).when(is_curve, F.lag(close).over(order))
        for name, close, initial in (
            ("expected_sol", "real_sol", F.lit(0)),
            ("expected_token", "real_token", initial_tokens),
        )
    }


def _is_first_linked() -> Column:
    same = (F.col("first_sol_lamports") == F.col("expected_sol")) & (
        F.col("first_token_units") == F.col("expected_token")
    )
    return F.coalesce(same, F.lit(False))


def _counts() -> dict[str, Column]:
    """Gaps and breaks of the day with its first trade, and whether a break ended a tape that was complete."""
    alone = ~F.col("is_first_linked")
    is_gap = alone & F.col("is_first_gap") & F.col("expected_sol").isNotNull()
    is_break = alone & F.col("is_first_break")
    all_stated = F.col("stated_count") == F.col("trade_count")
    begun = F.coalesce(F.col("was_complete"), F.lit(False))
    torn = (begun & is_break) | ((begun | F.col("is_new_mint")) & F.col("is_first_linked") & F.col("is_break_first"))
    return {
        "tape_gap_count": _count("gap_count", is_gap),
        "tape_break_count": _count("break_count", is_break),
        "is_tape_broken": F.coalesce(all_stated & torn, F.lit(False)),
    }


def _count(name: str, also_first: Column) -> Column:
    return F.coalesce(F.col(name), F.lit(0)).cast("bigint") + F.when(also_first, 1).otherwise(0).cast("bigint")
