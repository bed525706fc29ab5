"""Says first what somebody wants to know of a wallet: its risk, what it is expected to lose, what it lost so far."""

from collections.abc import Mapping
from typing import Any

from features.labels import HORIZON_DAYS, LARGE_LAMPORTS, LARGE_PARTS, SEVERE_LAMPORTS
from pumploss.money import LAMPORTS_PER_SOL

#: What score and band are about, and what is of that: a wallet may well lose a little and have a very low score.
ABOUT = (
    f"of losing {SEVERE_LAMPORTS / LAMPORTS_PER_SOL:g} SOL, or {LARGE_LAMPORTS / LAMPORTS_PER_SOL:g} SOL and "
    f"{1 / LARGE_PARTS:.0%} of the capital at risk, in {HORIZON_DAYS} days"
)


def verdict(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Sum up what `trader` knows in a line each of risk, expected loss, result so far and open positions."""
    return [*_ahead(known["scores"]), *_so_far(known["account"], known["positions"])]


def _ahead(scores: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    if scores is None:
        return []
    risk = f"{scores['risk_score']:.0f} of 100, {scores['risk_band']}: {_percent(scores['p_severe'])} {ABOUT}"
    expected = (
        f"loses {scores['expected_loss_sol']:,.2f} SOL in {HORIZON_DAYS} days; one such wallet in two more than "
        f"{scores['loss_p50_sol']:,.2f}, one in ten more than {scores['loss_p90_sol']:,.2f}"
    )
    return [("risk", risk), ("expected", expected)]


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
    return f"{probability:.2%} probability" if probability < 0.01 else f"{probability:.0%} probability"


def _sol(lamports: int) -> str:
    return f"{lamports / LAMPORTS_PER_SOL:,.2f}"
