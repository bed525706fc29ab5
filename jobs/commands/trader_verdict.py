"""Says first what somebody wants to know of a wallet: its risk, what it is expected to lose, what it lost so far."""

import math
from collections.abc import Mapping
from typing import Any, Final

from features.labels import HORIZON_DAYS, LARGE_LAMPORTS, LARGE_PARTS, SEVERE_LAMPORTS
from pumploss.money import LAMPORTS_PER_SOL

#: What score and band are about, and what is of that: a wallet may well lose a little and have a very low score.
ABOUT = (
    f"of losing {SEVERE_LAMPORTS / LAMPORTS_PER_SOL:g} SOL, or {LARGE_LAMPORTS / LAMPORTS_PER_SOL:g} SOL and "
    f"{1 / LARGE_PARTS:.0%} of the capital at risk, in {HORIZON_DAYS} days"
)

#: What is written as 0.00 SOL counts as nothing.
SMALLEST_SOL: Final = 0.005
#: Beyond these a probability would be written as none, or as certainty.
LEAST, MOST = 0.0001, 0.99


def verdict(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Sum up what `trader` knows in a line each of risk, expected loss, result so far and open positions."""
    return [*_ahead(known["scores"]), *_so_far(known["account"], known["positions"])]


def _ahead(scores: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if scores is None:
        return []
    # Cut off, not rounded: 59.7 is of the band below 60.
    score = math.floor(scores["risk_score"])
    risk = f"{score} of 100, {scores['risk_band']}: {_percent(scores['p_severe'])} {ABOUT}"
    spread = _spread(scores["loss_p50_sol"], scores["loss_p90_sol"])
    return [
        ("risk", risk),
        ("expected", f"loses {scores['expected_loss_sol']:,.2f} SOL in {HORIZON_DAYS} days; {spread}"),
    ]


def _spread(p50: float, p90: float) -> str:
    """Say what half of such wallets, and one in ten, lose more than; nothing is lost more than nothing."""
    if p90 < SMALLEST_SOL:
        return "nine such wallets in ten lose nothing, or next to nothing"
    if p50 < SMALLEST_SOL:
        return f"half of such wallets, or more, lose next to nothing, one in ten more than {p90:,.2f}"
    return f"one such wallet in two more than {p50:,.2f}, one in ten more than {p90:,.2f}"


def _so_far(account: Mapping[str, int] | None, positions: list[dict[str, Any]] | None) -> list[tuple[str, str]]:
    if account is None:
        return []
    net, gross = account["equity_change_lamports"], account["realised_loss_lamports"]
    so_far = (
        f"{'lost' if net < 0 else 'made'} {_sol(abs(net))} SOL net, gains and open positions counted; lost "
        f"{_sol(-gross)} SOL by losing sells"
    )
    said = [("so far", so_far)]
    if positions:
        worth, cost = account["exit_value_lamports"], account["open_cost_lamports"]
        tokens = f"{len(positions)} token{'s' * (len(positions) > 1)}"
        said.append(("holds", f"{tokens} worth {_sol(worth)} SOL if sold now, bought for {_sol(cost)} SOL"))
    return said


def _percent(probability: float) -> str:
    """Write a probability with two figures that say something, and never as 0 or 100 %."""
    if probability < LEAST:
        return f"less than {LEAST:.2%} probability"
    if probability > MOST:
        return f"more than {MOST:.0%} probability"
    return f"{probability:.2%} probability" if probability < 0.01 else f"{probability:.0%} probability"


def _sol(lamports: int) -> str:
    return f"{lamports / LAMPORTS_PER_SOL:,.2f}"
