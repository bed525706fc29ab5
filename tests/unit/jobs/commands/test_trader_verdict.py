"""What is said of a wallet first."""

import pytest

from jobs.commands.trader_verdict import ABOUT, verdict

SCORES = {
    "risk_score": 62.4, "risk_band": "high", "p_severe": 0.123, "expected_loss_sol": 1.234, "loss_p50_sol": 0.4,
    "loss_p90_sol": 5.678,
}  # fmt: skip
ACCOUNT = {
    "equity_change_lamports": -12_340_000_000, "realised_loss_lamports": -45_600_000_000,
    "exit_value_lamports": 1_000_000_000, "open_cost_lamports": 3_500_000_000,
}  # fmt: skip


def test_risk_expected_loss_and_results():
    said = dict(verdict({"scores": SCORES, "account": ACCOUNT, "positions": [{}, {}]}))
    assert said == {
        "risk": f"62 of 100, high: 12% probability {ABOUT}",
        "expected": "loses 1.23 SOL in 7 days; one such wallet in two more than 0.40, one in ten more than 5.68",
        "so far": "lost 12.34 SOL net, gains and open positions counted; lost 45.60 SOL by losing sells",
        "holds": "2 tokens worth 1.00 SOL if sold now, bought for 3.50 SOL",
    }


def test_who_gained_lost_by_some_sells_all_the_same():
    won = {**ACCOUNT, "equity_change_lamports": 7_000_000_000}
    said = dict(verdict({"scores": None, "account": won, "positions": []}))
    assert said == {"so far": "made 7.00 SOL net, gains and open positions counted; lost 45.60 SOL by losing sells"}


@pytest.mark.parametrize(
    ("p50", "p90", "said"),
    [
        (0.4, 5.678, "one such wallet in two more than 0.40, one in ten more than 5.68"),
        (0.004, 1.5, "half of such wallets, or more, lose next to nothing, one in ten more than 1.50"),
        (0.0, 0.002, "nine such wallets in ten lose nothing, or next to nothing"),
    ],
)
def test_nobody_is_said_to_lose_more_than_nothing(p50, p90, said):
    scores = {**SCORES, "loss_p50_sol": p50, "loss_p90_sol": p90}
    lines = dict(verdict({"scores": scores, "account": None, "positions": None}))
    assert lines["expected"] == f"loses 1.23 SOL in 7 days; {said}"


@pytest.mark.parametrize(("score", "shown"), [(59.7, "59"), (60.0, "60"), (0.4, "0"), (100.0, "100")])
def test_a_score_is_shown_within_its_band(score, shown):
    said = dict(verdict({"scores": {**SCORES, "risk_score": score}, "account": None, "positions": None}))
    assert said["risk"].startswith(f"{shown} of 100, ")


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.00004, "less than 0.01%"), (0.996, "more than 99%"), (0.99, "99%"), (0.0001, "0.01%")]
)
def test_nothing_is_said_to_be_impossible_or_certain(probability, shown):
    said = dict(verdict({"scores": {**SCORES, "p_severe": probability}, "account": None, "positions": None}))
    assert f": {shown} probability of" in said["risk"]


def test_a_small_risk_is_not_said_to_be_none():
    said = dict(verdict({"scores": {**SCORES, "p_severe": 0.0004}, "account": None, "positions": None}))
    assert ": 0.04% probability of" in said["risk"]
