"""Measures what a market shows as a whole: regimes, who is in at launch, programs, owners, leavers, losses."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from simulator.estimates import Estimate, share

#: Programs trade in so many hours of their busiest day, or buy the same amount in this share of so many purchases.
BOT_HOURS: Final = 18
SAME_SIZE_SHARE: Final = 0.8
FEWEST_BUYS: Final = 10
#: Wallets that bought the same coin in the same slot in so many coins, and this share of its own,
#: are one owner's.
SHARED_COINS: Final = 5
SHARED_PART: Final = 0.1
#: A wallet belongs to a launcher when it buys so many of its launches at once, and few of anybody else's.
FEWEST_LAUNCHES: Final = 2
#: Starters are watched for so many days.
STARTER_DAYS: Final = 50
QUICK_SECONDS: Final = 300
_DAY: Final = 86_400


class Showings(NamedTuple):
    """Holds what can be seen of a market without looking at one wallet's history."""

    regime: Estimate  # correlation of the share of losing positions with that of the day before
    regime_spread: float  # of that share between days: standard deviation
    sniped: Estimate  # share of coins that somebody but the creator bought in the slot of the launch
    bundled: Estimate  # share of coins that the creator's other wallets bought in that slot
    bundles_won: Estimate  # share of those wallets' positions that gained
    bundles_quick: Estimate  # share of those that were sold within five minutes
    sleepless: Estimate  # share of the hundred largest wallets that trade in 18 hours of a day
    identical: Estimate  # share of frequent buyers that buy the same amount again and again
    owned: Estimate  # share of wallets that keep buying in the same slot as another
    starters_gone: Estimate  # share of who came back at least once that was gone within 50 days
    worst_share: float  # of all losses: by the twentieth of wallets that lost most
    largest_share: float  # of all losses: by the tenth of wallets that staked most


def showings(positions: pl.DataFrame, trades: pl.DataFrame) -> Showings:
    """Measure a market from its launch on."""
    at_launch = positions.filter((pl.col("launch_slots") == 0) & (pl.col("creator") != pl.col("trader")))
    coins = positions["mint"].n_unique()
    bundles = _bundles(at_launch)
    quick = ((bundles["closed"] - bundles["opened"]) <= QUICK_SECONDS).fill_null(value=False)
    return Showings(
        *_regime(positions),
        sniped=_share_of(at_launch["mint"].n_unique(), coins),
        bundled=_share_of(bundles["mint"].n_unique(), coins),
        bundles_won=share(bundles["is_win"].drop_nulls()),
        bundles_quick=share(quick),
        sleepless=share(_sleepless(trades)),
        identical=share(_identical(trades)),
        owned=_share_of(_owned(trades).len(), trades["trader"].n_unique()),
        starters_gone=share(_gone(trades)),
        worst_share=_worst_share(positions),
        largest_share=_largest_share(positions),
    )


def _share_of(part: int, whole: int) -> Estimate:
    return share(pl.Series([True] * part + [False] * (whole - part)))


def _regime(positions: pl.DataFrame) -> tuple[Estimate, float]:
    closed = positions.filter(pl.col("is_win").is_not_null() & (pl.col("creator") != pl.col("trader")))
    days = (
        closed.group_by(pl.col("opened") // _DAY).agg(lost=(~pl.col("is_win")).mean()).sort("opened")["lost"].to_numpy()
    )
    if len(days) < 3 or not days.std():
        return Estimate(float("nan"), float("nan")), float(days.std())
    value = float(np.corrcoef(days[1:], days[:-1])[0, 1])
    return Estimate(value, float(1 / np.sqrt(len(days) - 1))), float(days.std())


def _bundles(at_launch: pl.DataFrame) -> pl.DataFrame:
    """Choose positions of wallets that buy at launch mainly what one creator launches."""
    pair = at_launch.group_by("trader", "creator").agg(both=pl.col("mint").n_unique())
    alone = at_launch.group_by("trader").agg(launches=pl.col("mint").n_unique())
    theirs = pair.join(alone, on="trader").filter(
        (pl.col("both") >= FEWEST_LAUNCHES) & (pl.col("both") > 0.5 * pl.col("launches"))
    )
    return at_launch.join(theirs.select("trader", "creator"), on=["trader", "creator"])


def _sleepless(trades: pl.DataFrame) -> pl.Series:
    largest = trades.group_by("trader").agg(pl.col("sol").sum()).top_k(100, by="sol")
    hours = trades.join(largest.select("trader"), on="trader").group_by("trader", pl.col("second") // _DAY)
    per_day = hours.agg(hours=(pl.col("second") // 3600).n_unique().alias("hours"))
    return per_day.group_by("trader").agg(pl.col("hours").max())["hours"] >= BOT_HOURS


def _identical(trades: pl.DataFrame) -> pl.Series:
    buys = trades.filter("is_buy").group_by("trader", "sol").len().group_by("trader")
    wallets = buys.agg(most=pl.col("len").max(), buys=pl.col("len").sum()).filter(pl.col("buys") >= FEWEST_BUYS)
    return wallets["most"] >= SAME_SIZE_SHARE * wallets["buys"]


def _owned(trades: pl.DataFrame) -> pl.Series:
    """Choose wallets that bought the same coin in the same slot as one other wallet, in several coins."""
    buys = trades.filter("is_buy").select("trader", "mint", "slot").unique()
    pairs = buys.join(buys, on=["mint", "slot"], suffix="_other").filter(pl.col("trader") != pl.col("trader_other"))
    often = pairs.group_by("trader", "trader_other").agg(pl.col("mint").n_unique())
    often = often.join(buys.group_by("trader").agg(coins=pl.col("mint").n_unique()), on="trader")
    is_often = (pl.col("mint") >= SHARED_COINS) & (pl.col("mint") >= SHARED_PART * pl.col("coins"))
    return often.filter(is_often)["trader"].unique()


def _gone(trades: pl.DataFrame) -> pl.Series:
    day = pl.col("second") // _DAY
    days = trades.group_by("trader").agg(first=day.min(), last=day.max())
    is_watched = (pl.col("first") > pl.col("first").min()) & (pl.col("first") <= pl.col("last").max() - STARTER_DAYS)
    starters = days.filter(is_watched & (pl.col("last") > pl.col("first")))
    return starters["last"] - starters["first"] < STARTER_DAYS


def _worst_share(positions: pl.DataFrame) -> float:
    """Compute the part of all losses of the twentieth of wallets that lost most."""
    losses = np.sort(_losses(positions)["loss"].to_numpy())
    return float(losses[-max(1, int((losses > 0).sum()) // 20) :].sum() / losses.sum())


def _largest_share(positions: pl.DataFrame) -> float:
    """Compute the part of all losses of the tenth of wallets that staked most."""
    losses = _losses(positions).sort("stake")["loss"].to_numpy()
    return float(losses[-max(1, len(losses) // 10) :].sum() / losses.sum())


def _losses(positions: pl.DataFrame) -> pl.DataFrame:
    wallets = positions.group_by("trader").agg(pl.col("gain").sum(), pl.col("stake").sum())
    return wallets.with_columns(loss=-pl.col("gain").clip(None, 0))
