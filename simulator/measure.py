"""Measures a market and prints each figure beside the one that it is held against: `python -m simulator.measure`."""

import argparse
from collections.abc import Iterator
from typing import Final, NamedTuple

import pyarrow as pa

from simulator.behaviours import Behaviours
from simulator.estimates import Estimate
from simulator.market import DEFAULT_TRADES_PER_DAY, Market, simulate
from simulator.measured_answers import Answers, answers
from simulator.measured_market import Showings, showings
from simulator.measured_trades import SIZE_PERCENTILES, MarketMeasures, TradeMeasures, measure_trades
from simulator.positions import positions_of, trades_of

_WIDTHS: Final = "{:<44}{:>12}{:>14}   {}"
#: Real captures: sizes in SOL of 18 coins on PumpSwap (first 300 s) and of 35 bonding curves.
_SIZES: Final = (".0003, .012", ".022, .10", ".18, .30", "1.0, 1.0", "3.4, 3.0", "6.3, 5.2")


class Measured(NamedTuple):
    """Holds all that is measured of a market."""

    trades: MarketMeasures
    answers: Answers
    showings: Showings


def measure(table: pa.Table) -> Measured:
    """Measure a canonical table that starts with the launch of each of its coins."""
    trades = trades_of(table)
    positions = positions_of(trades)
    return Measured(measure_trades(table), answers(positions, trades), showings(positions, trades))


def lines(measured: Measured, planted: Behaviours) -> Iterator[str]:
    """Write the figures of a market line by line, what was planted beside what was found."""
    trades, found = measured.trades, measured.showings
    yield _WIDTHS.format("", "first 300 s", "all trades", "figure (PumpSwap capture, curve capture)")
    for label, figure, window, everything in _calibration(trades.window, trades.everything):
        yield _WIDTHS.format(label, window, everything, figure)
    yield _WIDTHS.format("coins that graduate", "", f"{trades.graduated_share:.1%}", "0.6-1.8 %")
    yield _WIDTHS.format("losses of the 5 % that lost most", "", f"{found.worst_share:.0%}", "70 % (gambling)")
    yield _WIDTHS.format("losses of the 10 % that staked most", "", f"{found.largest_share:.0%}", "79 % (gambling)")
    yield ""
    yield _WIDTHS.format("behaviour", "found", "+-", "planted, or figure")
    for label, estimate, figure in (*_answered(measured.answers, planted), *_shown(found, planted)):
        yield _WIDTHS.format(label, f"{estimate.value:+.3f}", f"{estimate.high - estimate.value:.3f}", figure)


def _calibration(window: TradeMeasures, everything: TradeMeasures) -> Iterator[tuple[str, ...]]:
    both = (window, everything)
    for at, percentile in enumerate(SIZE_PERCENTILES):
        yield (f"trade size, SOL, p{percentile}", _SIZES[at], *(f"{one.size_sol[at]:.3g}" for one in both))
    yield ("spread of log10 size", "1.13, .75", *(f"{one.size_log10_spread:.2f}" for one in both))
    for at, (name, figure) in enumerate((("mean", "2.6, 1.6"), ("p50", "2, 1"), ("p90", "5, 2"), ("p99", "14, 6"))):
        yield (f"trades of a wallet in a coin, {name}", figure, *(f"{one.trades_per_stay[at]:.2g}" for one in both))
    yield ("wallets in a coin with one trade", "39 %, 55 %", *(f"{one.single_trade_share:.0%}" for one in both))
    yield ("buys", "57 %, 70 %", *(f"{one.buy_share:.0%}" for one in both))
    for at, (name, figure) in enumerate((("p50", "32 s, 43 s"), ("p90", "130 s, 739 s"))):
        yield (f"hold of what is sold, {name}", figure, *(f"{one.hold_seconds[at]:.0f} s" for one in both))
    yield ("matched sells at a loss", "61 %, 53 %", *(f"{one.losing_sells_share:.0%}" for one in both))
    yield ("wallets that lost", "73 %, 55 %; 55-75 %", *(f"{one.losing_wallets_share:.0%}" for one in both))
    yield ("sells beyond known stock", "33 %, 1.2 %", *(f"{one.unmatched_sells_share:.1%}" for one in both))
    yield ("trades of the top 1 % of wallets", "16 %, 8 %", *(f"{one.top_wallets_share:.0%}" for one in both))


def _answered(found: Answers, planted: Behaviours) -> Iterator[tuple[str, Estimate, str]]:
    speed = planted.speed_after_loss - planted.speed_after_win
    more = planted.going_on_after_loss - planted.going_on_after_win
    yield "log stake after a loss", found.stake_after_loss, f"{planted.stake_after_loss:+g}"
    yield "log stake after a win", found.stake_after_win, f"{planted.stake_after_win:+g}"
    yield "log stake ten stakes below the best", found.drawdown_stake, f"{planted.drawdown_stake:+g}"
    yield "log speed of the next entry, loss - win", found.speed_after_loss, f"{speed:+g}"
    yield "chance of an entry soon, loss - win", found.going_on_after_loss, f"{more:+g}"
    yield (
        "chance to be sold soon, gain - loss",
        found.disposition,
        f"above 0 (PGR .144, PLR .086); {planted.disposition:g}",
    )
    yield "chance to win, per log of positions", found.learning, f"skill {planted.learning:+g}; none in day trading"
    yield "chance a day to quit, deep - not", found.quitting, f"{planted.quitting:+g}"


def _shown(found: Showings, planted: Behaviours) -> Iterator[tuple[str, Estimate, str]]:
    yield "losing share, correlation with the day before", found.regime, f"regimes of {planted.regime_days:g} days"
    yield "coins bought by others in the launch slot", found.sniped, "more than 50 %"
    yield "coins bought by the creator's other wallets", found.bundled, "about 2 %"
    yield "their positions that gained", found.bundles_won, "87 %"
    yield "their positions closed within 5 minutes", found.bundles_quick, "85 %"
    yield "100 largest wallets awake 18 hours of a day", found.sleepless, "93 % at millions of trades a day"
    yield "frequent buyers of one amount", found.identical, f"bots {planted.bot_share:g} of regulars"
    yield "wallets that buy with another's", found.owned, f"{planted.shared_wallets:g} of regulars, and bundlers"
    yield "starters gone within 50 days", found.starters_gone, "51 % (day traders)"


def main() -> None:
    """Simulate a market and print what it measures."""
    parser = argparse.ArgumentParser("python -m simulator.measure", description=main.__doc__)
    parser.add_argument("--days", type=int, default=90, help="days of the market (90)")
    parser.add_argument("--trades", type=int, default=DEFAULT_TRADES_PER_DAY, help="its trades a day (7200)")
    parser.add_argument("--seed", type=int, default=1, help="its seed (1)")
    given = parser.parse_args()
    market = Market(given.days, given.trades, given.seed)
    for line in lines(measure(simulate(market)), market.behaviours):
        print(line)


if __name__ == "__main__":
    main()
