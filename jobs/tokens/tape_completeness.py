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

import polars as pl
from pyspark.sql import Column
from pyspark.sql import functions as F

from pumploss.levels import Kind, highest, lowest, summed, with_levels
from pumploss.money import INITIAL_REAL_TOKEN_UNITS

#: Levels over a mint's life, the daily flow that each sums, and the type of both.
LEVELS = {
    "net_cash_flow_close_lamports": ("net_cash_flow_lamports", "bigint"),
    "fees_close_lamports": ("fees_lamports", "bigint"),
    "net_bought_close_units": ("net_bought_units", "decimal(38,0)"),
}
#: What the days of a mint come to: the column that each level is of, and how.
_LEVELS: dict[str, tuple[str, Kind]] = {
    "is_tape_complete": ("is_tape_complete", lowest),
    "initial_token_units": ("initial_token_units", highest),
    **{level: (flow, summed) for level, (flow, _) in LEVELS.items()},
}


def flows() -> list[Column]:
    """What rows of `silver_trade_pnl` say that traders took out in lamports, fees included, and bought in units."""
    is_buy = F.col("direction") == "buy"
    cash = F.when(is_buy, -F.col("buy_cost_lamports")).otherwise(F.col("sol_lamports") - F.col("fee_lamports"))
    bought = F.when(is_buy, F.col("token_units")).otherwise(-F.col("matched_units") - F.col("unmatched_units"))
    units = F.sum(bought.cast("decimal(38,0)")).cast("decimal(38,0)")  # a thousand large trades pass 64 bits
    return [F.sum(cash).alias("net_cash_flow_lamports"), units.alias("net_bought_units")]


def closed(rows: pl.DataFrame) -> pl.DataFrame:
    """Give mint-days, of which those that are `is_before` hold a mint's levels so far, their tape columns.

    Rows are those of `close_state.carried`, with `tape_links.LINKS` (missing where no curve trade states reserves).
    Rows before hold levels in the columns of flows, `is_tape_complete`, `initial_token_units` and `is_set_aside`.
    """
    linked = rows.with_columns(**_expected()).with_columns(is_first_linked=_is_first_linked())
    whole = (
        pl.col("is_first_linked")
        & (pl.col("stated_count") == pl.col("trade_count"))
        & (pl.col("linked_count") == pl.col("stated_count") - 1)
    )
    kept = pl.when("is_before").then("is_tape_complete").otherwise(whole.fill_null(False))
    began_with = pl.when(pl.col("is_new_mint") & pl.col("is_first_linked")).then("first_token_units")
    known = linked.with_columns(
        is_tape_complete=kept.cast(pl.Int8), initial_token_units=pl.coalesce("initial_token_units", began_with)
    )
    ends = with_levels(known, "mint", _LEVELS)
    was_complete = (_earlier("is_tape_complete") == 1).fill_null(False)
    counted = ends.with_columns(**_counts(was_complete), is_tape_complete=pl.col("is_tape_complete") == 1)
    torn = pl.coalesce("is_set_aside", pl.col("is_tape_broken") & ~pl.col("is_sampled"))
    aside = counted.with_columns(is_set_aside=torn.cast(pl.Int8))
    ever = with_levels(aside, "mint", {"is_set_aside": ("is_set_aside", highest)})
    return ever.with_columns(pl.col("is_set_aside") == 1)


def _earlier(name: str) -> pl.Expr:
    """A column of the row before of the same mint."""
    return pl.when(pl.col("mint") == pl.col("mint").shift(1)).then(pl.col(name).shift(1))


def _expected() -> dict[str, pl.Expr]:
    """The reserves that a mint's first trade of a day must start from, where they are known."""
    is_curve = _earlier("venue_close") == "pump_curve"
    standard = pl.lit(INITIAL_REAL_TOKEN_UNITS, dtype=pl.Int64)
    initial_tokens = pl.when("is_first_standard").then(standard).otherwise("first_token_units")
    return {
        name: pl.when("is_new_mint").then(initial).when(is_curve).then(_earlier(close))
        for name, close, initial in (
            ("expected_sol", "real_sol", pl.lit(0, dtype=pl.Int64)),
            ("expected_token", "real_token", initial_tokens),
        )
    }


def _is_first_linked() -> pl.Expr:
    same = (pl.col("first_sol_lamports") == pl.col("expected_sol")) & (
        pl.col("first_token_units") == pl.col("expected_token")
    )
    return same.fill_null(False)


def _counts(begun: pl.Expr) -> dict[str, pl.Expr]:
    """Gaps and breaks of the day with its first trade, and whether a break ended a tape that had `begun` complete."""
    alone = ~pl.col("is_first_linked")
    is_gap = alone & pl.col("is_first_gap") & pl.col("expected_sol").is_not_null()
    is_break = alone & pl.col("is_first_break")
    all_stated = pl.col("stated_count") == pl.col("trade_count")
    torn = (begun & is_break) | ((begun | pl.col("is_new_mint")) & pl.col("is_first_linked") & pl.col("is_break_first"))
    return {
        "tape_gap_count": _count("gap_count", is_gap),
        "tape_break_count": _count("break_count", is_break),
        "is_tape_broken": (all_stated & torn).fill_null(False),
    }


def _count(name: str, also_first: pl.Expr) -> pl.Expr:
    return pl.col(name).fill_null(0) + also_first.fill_null(False).cast(pl.Int64)
