"""What is said of the scores of a wallet."""

from jobs.commands.trader import facts

SCORES = {
    "trader_address": "w", "p_loss": 0.49, "p_severe": 0.004, "risk_score": 38.5, "risk_band": "very low",
    "reasons": [],
}  # fmt: skip


def test_score_and_band_say_what_they_are_about():
    about = "(of losing 5 SOL, or 1 SOL and 25% of the capital at risk, in 7 days)"
    assert facts(SCORES) == [
        ("p_loss", "0.49"),
        ("p_severe", f"0.004 {about}"),
        ("risk_score", f"38.5 {about}"),
        ("risk_band", f"very low {about}"),
    ]
