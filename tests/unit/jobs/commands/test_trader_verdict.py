"""What is said of a wallet first."""

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


def test_a_small_risk_is_not_said_to_be_none():
    said = dict(verdict({"scores": {**SCORES, "p_severe": 0.0004}, "account": None, "positions": None}))
    assert ": 0.04% probability of" in said["risk"]
