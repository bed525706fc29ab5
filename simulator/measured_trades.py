"""Measures the statistics of trades that the market is calibrated by, in the same way on any canonical table.

Targets are two real captures: 18 coins on PumpSwap in 2026, the first 300 s of each (D1), and 35 bonding curves of
2024-25, about the first hundred transactions of each (D2). Pairs are a wallet in a coin. Reached by `Market(90)`, seed
1, as `python -m simulator.measure` prints it; a test holds the market to these bands:

                                        D1            D2        first 300 s    all trades
    trade size, SOL     p5         .0003          .012          .012           .011
                        p25        .022           .10           .11            .097
                        p50        .18            .30           .37            .34
                        p75        1.0            1.0           1.1            1.1
                        p95        3.4            3.0           3.6            3.5
                        p99        6.3            5.2           5.9            5.8
    spread of log10 size           1.13           .75           .77            .77
    trades per pair     mean       2.6            1.6           2.4            2.8
                        p50        2              1             2              2
                        p90        5              2             4              4
                        p99        14             6             8              9
    pairs with one trade           39 %           55 %          22 %           7 %
    buys                           57 %           70 %          60 %           53 %
    hold, matched sells p50        32 s           43 s          39 s           68 s
                        p90        130 s          739 s         169 s          1467 s
    matched sells at a loss        61 %           53 %          54 %           65 %
    wallets that lost              73 %           55 %          49 %           65 %
    sells beyond known stock       33 %           1.2 %         .7 %           .6 %
    trades by the top 1 %          16 %           8 %           29 %           27 %
    coins that graduate            (whole market: about 1 %)                   .7 %

Known gaps: in the first 300 s too few wallets trade a coin only once; over 90 days wallets return, where a capture sees
most of them in one coin; and at thousands of trades a day few wallets can be awake for 18 hours.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from pumploss.money import LAMPORTS_PER_SOL
from simulator.arrays import Floats, Int64s
from simulator.matching import Columns, columns_of, match

#: The real captures saw the first 300 s of a coin.
WINDOW_SECONDS: Final = 300
SIZE_PERCENTILES: Final = (5, 25, 50, 75, 95, 99)


@dataclass(frozen=True, slots=True)
class TradeMeasures:
    """Describes a set of trades; holds and gains by FIFO, of sells that met stock."""

    trades: int
    size_sol: tuple[float, ...]  # SIZE_PERCENTILES
    size_log10_spread: float
    trades_per_stay: tuple[float, ...]  # of a wallet in a coin: mean, p50, p90, p99
    single_trade_share: float  # of those stays
    trades_per_wallet: tuple[float, ...]  # mean, p50, p90, p99
    top_wallets_share: float  # of trades, by the most active hundredth of wallets
    buy_share: float
    hold_seconds: tuple[float, float]  # p50, p90
    losing_sells_share: float
    losing_stays_share: float
    losing_wallets_share: float
    unmatched_sells_share: float


@dataclass(frozen=True, slots=True)
class MarketMeasures:
    """Describes a market in figures: all trades, those in the first 300 s of their coin, and coins."""

    everything: TradeMeasures
    window: TradeMeasures
    mints: int
    graduated_share: float


def measure_trades(table: pa.Table) -> MarketMeasures:
    """Measure a canonical table that starts with the launch of each of its coins."""
    columns = columns_of(table)
    launched = np.full(int(columns.mint.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(launched, columns.mint, columns.second)
    is_early = columns.second - launched[columns.mint] <= WINDOW_SECONDS
    is_pool = np.asarray(table["venue"].to_numpy(zero_copy_only=False) == "pumpswap")
    graduated = len(np.unique(columns.mint[is_pool]))
    everything = trade_measures(columns)
    window = trade_measures(Columns(*(column[is_early] for column in columns)))
    return MarketMeasures(everything, window, len(launched), graduated / len(launched))


def trade_measures(columns: Columns) -> TradeMeasures:
    """Measure one set of trades as if it were all there is: stock from before is unknown."""
    matched = match(columns)
    is_met = matched.share > 0
    sizes = columns.lamports[columns.lamports > 0] / LAMPORTS_PER_SOL
    by_wallet = np.unique(columns.trader, return_counts=True)[1]
    _, stay, stays = np.unique(columns.trader << np.int64(32) | columns.mint, return_inverse=True, return_counts=True)
    top = np.sort(by_wallet)[-max(1, len(by_wallet) // 100) :]
    return TradeMeasures(
        trades=len(columns.trader),
        size_sol=tuple(np.percentile(sizes, SIZE_PERCENTILES).tolist()),
        size_log10_spread=float(np.log10(sizes).std()),
        trades_per_stay=_spread(stays),
        single_trade_share=float((stays == 1).mean()),
        trades_per_wallet=_spread(by_wallet),
        top_wallets_share=float(top.sum() / len(columns.trader)),
        buy_share=float(columns.is_buy.mean()),
        hold_seconds=tuple(np.percentile(matched.hold_seconds[is_met], (50, 90)).tolist()),
        losing_sells_share=float((matched.gain[is_met] < 0).mean()),
        losing_stays_share=_losing_share(stay[is_met], matched.gain[is_met]),
        losing_wallets_share=_losing_share(columns.trader[is_met], matched.gain[is_met]),
        unmatched_sells_share=float((matched.share[~columns.is_buy] < 1).mean()),
    )


def _losing_share(groups: Int64s, gain: Floats) -> float:
    """Compute the share of groups, among those with any gain or loss at all, that lost on the whole."""
    total = np.bincount(groups, gain)
    return float((total[np.bincount(groups) > 0] < 0).mean())


def _spread(counts: Int64s) -> tuple[float, ...]:
    return (float(counts.mean()), *np.percentile(counts, (50, 90, 99)).tolist())
