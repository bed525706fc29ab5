"""Features of the wallets of simulated markets, each with some behaviours planted and the rest set to nothing."""

from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from features.recomputed import chases, entering, rhythms, round_trips, trading
from features.recomputed import market as market_family
from features.recomputed.arithmetic import Values
from features.recomputed.fifo import Result
from features.recomputed.given import Entry, Given, Market, MarketDay, Trade
from features.recomputed.record import Record
from simulator import Behaviours, simulate
from simulator import Market as Simulated

#: What features of wallets are worked out by.
FAMILIES = (
    trading.activity,
    trading.sizing,
    chases.chasing,
    round_trips.holding,
    round_trips.outcomes,
    round_trips.stakes,
    round_trips.takes,
    entering.entries,
    entering.insiders,
    rhythms.machines,
)

DAYS, TRADES, SEED = 30, 9_000, 5
#: Wallets that are looked at, and how many trades they have: enough for habits to show.
WALLETS, FEWEST, MOST = 600, 20, 600


class Found(NamedTuple):
    """Holds features of wallets as of the end, and of the market as of each of its last days."""

    wallets: list[Values]
    market: list[Values]


@cache
def found(planted: Behaviours) -> Found:
    """Features of a market: worked out by the code that proves the pipeline's every night, to the last bit."""
    rows = _rows(planted)
    counts = rows.group_by("trader").len().filter(pl.col("len").is_between(FEWEST, MOST))
    own = rows.filter(pl.col("trader").is_in(counts.sort("trader")["trader"][:WALLETS].implode()))
    trades = _grouped(own, Trade)
    entries = _grouped(_entries(own, rows), Entry)
    as_of = rows["day"].max() + 1
    records = [
        Record(Given(tuple(trades[trader]), tuple(entries.get(trader, ()))), Market(as_of, (), {})) for trader in trades
    ]
    days = _market_days([result for record in records for result in record.results])
    wallets = [{name: value for family in FAMILIES for name, value in family(one).items()} for one in records]
    return Found(wallets, [_as_of(trades, days, day) for day in range(as_of - 20, as_of + 1)])


def _rows(planted: Behaviours) -> pl.DataFrame:
    table = simulate(Simulated(DAYS, TRADES, seed=SEED, behaviours=planted))
    return pl.DataFrame(pl.from_arrow(table)).select(
        trader="trader_address", mint="token_mint", day=pl.col("traded_at").dt.date().cast(pl.Int32),
        order_in_mint_day=pl.int_range(pl.len()).over("token_mint", pl.col("traded_at").dt.date()) + 1,
        at=pl.col("traded_at").cast(pl.Int64), slot="slot", tx_index="tx_index", event_index="event_index",
        is_buy=pl.col("direction") == "buy", units="token_units", lamports="sol_lamports", fee="fee_lamports",
        resolution=pl.lit(0),
    )  # fmt: skip


def _grouped(rows: pl.DataFrame, make: Any) -> dict[str, list[Any]]:
    found = defaultdict(list)
    for trader, *values in rows.iter_rows():
        found[trader].append(make(*values))
    return found


def _entries(own: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """First buys: seconds and slots since the launch, and how many others bought in the slot."""
    launches = rows.group_by("mint").agg(launch=pl.col("slot").first(), began=pl.col("at").first())
    buyers = rows.filter("is_buy").group_by("mint", "slot").agg(buyers=pl.col("trader").n_unique())
    firsts = own.group_by("trader", "mint", maintain_order=True).first().filter("is_buy")
    known = {
        "cost": pl.col("lamports") + pl.col("fee"), "age_seconds": (pl.col("at") - pl.col("began")) // 1_000_000,
        "age_slots": pl.col("slot") - pl.col("launch"), "slot_buyers": pl.col("buyers") - 1,
    }  # fmt: skip
    joined = firsts.join(launches, "mint").join(buyers, ["mint", "slot"], maintain_order="left")
    known |= {name: pl.col(name) for name in ("mint", "day")}
    return joined.select("trader", *(known.get(name, pl.lit(None)).alias(name) for name in Entry._fields))


def _market_days(results: list[Result]) -> tuple[MarketDay, ...]:
    """What the wallets' own sells made, by day, for want of those of everybody."""
    made = defaultdict(list)
    for result in results:
        if result.pnl is not None:
            made[result.trade.day].append(result.pnl)
    return tuple(
        MarketDay(day, 1, 1, 1, 1, len(pnls), sum(pnl < 0 for pnl in pnls), sum(pnl < 0 for pnl in pnls) / len(pnls))
        for day, pnls in sorted(made.items())
    )


def _as_of(trades: dict[str, list[Trade]], days: tuple[MarketDay, ...], as_of: int) -> Values:
    """Features of the market as of a day, asked for the first wallet that had traded by then."""
    earlier = tuple(day for day in days if day.day < as_of)
    own = next(known for wallet in trades.values() if (known := tuple(t for t in wallet if t.day < as_of)))
    return market_family.market(Record(Given(own), Market(as_of, earlier, {})))
