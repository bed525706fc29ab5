"""The statistics the market is calibrated by, measured the same way on any canonical table.

Targets are two real captures, of 18 coins on PumpSwap in 2026 (D1, first 300 s of each) and of 35
bonding curves in 2024-25 (D2, about the first hundred transactions of each). Reached by
`Market(90)`, seed 1, 647,859 trades, 14,182 coins, with

    python -c "from simulator import Market, simulate; from simulator.measure import measure; \\
               print(measure(simulate(Market(90))))"

                                            D1                  D2          first 300 s   all trades
    trade size SOL p5 / p25           .0003 / .022         .012 / .10      .011 / .096   .010 / .086
                   p50 / p75           .18 / 1.0           .30 / 1.0        .34 / 1.0     .31 / .95
                   p95 / p99           3.4 / 6.3           3.0 / 5.2        3.5 / 5.9     3.3 / 5.7
    spread of log10 size                 1.13                .75              .76           .77
    trades per wallet and coin
                mean / p50 / p90 / p99  2.6 / 2 / 5 / 14   1.6 / 1 / 2 / 6  2.3 / 2 / 4 / 8  2.7 / 2 / 4 / 8
    wallet-coin pairs with one trade     39 %                55 %             25 %           7 %
    hold of matched sells p50 / p90    32 / 130 s          43 / 739 s      45 / 181 s    89 / 2585 s
    matched sells at a loss              61 %                53 %             49 %          62 %
    wallets that lost, of those with one 73 %                55 %             39 %          59 %
    wallet-coin pairs that lost           -                   -               50 %          63 %
    buys                                 57 %                70 %             63 %          55 %
    sells beyond known stock             33 %                1.2 %            .7 %          .7 %
    trades by the top 1 % of wallets     16 %                 8 %             14 %          13 %
    coins that graduate            about 1 % of the whole market                            1.0 %

Known gaps: too few wallets trade a coin only once, and in the first 300 s too few lose. Pooled over
all coins a wallet has hundreds of results, in the captures one or two; hence the pairs.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from simulator.arrays import Floats, Int64s
from simulator.matching import Columns, columns_of, match

#: The real captures saw the first 300 s of a coin.
WINDOW_SECONDS: Final = 300
SIZE_PERCENTILES: Final = (5, 25, 50, 75, 95, 99)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How wallets behave in a set of trades; holds and gains by FIFO, of sells that met stock."""

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
class Measured:
    """A market in figures: all trades, those in the first 300 s of their coin, and coins."""

    everything: Behaviour
    window: Behaviour
    mints: int
    graduated_share: float


def measure(table: pa.Table) -> Measured:
    """Measure a canonical table that starts with the launch of each of its coins."""
    columns = columns_of(table)
    launched = np.full(int(columns.mint.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(launched, columns.mint, columns.second)
    is_early = columns.second - launched[columns.mint] <= WINDOW_SECONDS
    is_pool = np.asarray(table["venue"].to_numpy(zero_copy_only=False) == "pumpswap")
    graduated = len(np.unique(columns.mint[is_pool]))
    everything = behaviour(columns)
    window = behaviour(Columns(*(column[is_early] for column in columns)))
    return Measured(everything, window, len(launched), graduated / len(launched))


def behaviour(columns: Columns) -> Behaviour:
    """Measure one set of trades as if it were all there is: stock from before is unknown."""
    matched = match(columns)
    is_met = matched.share > 0
    sizes = columns.lamports[columns.lamports > 0] / 1e9
    by_wallet = np.unique(columns.trader, return_counts=True)[1]
    _, stay, stays = np.unique(
        columns.trader << np.int64(32) | columns.mint, return_inverse=True, return_counts=True
    )
    top = np.sort(by_wallet)[-max(1, len(by_wallet) // 100) :]
    return Behaviour(
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
    """The share of groups, among those with any gain or loss at all, that lost on the whole."""
    total = np.bincount(groups, gain)
    return float((total[np.bincount(groups) > 0] < 0).mean())


def _spread(counts: Int64s) -> tuple[float, ...]:
    return (float(counts.mean()), *np.percentile(counts, (50, 90, 99)).tolist())
