"""What a model's card says."""

from models.artifacts import CARD, MODEL, files


def test_the_card_says_what_simulated_measures_prove(risk):
    card = files(risk, {"data_gold_labels": "version 3", "label_version": "1"})[f"{MODEL}/{CARD}"]
    assert "nothing about the market" in card
    assert "| formula |" in card
    assert "data_gold_labels: version 3" in card
    assert "associations" in card
    assert "history is short" in card
    assert "1 of 4 folds" in card
    assert "| 2026-01-23..2026-01-29 | 2026-01-01..2026-01-16 |" in card
    assert "no day can judge it" in card


def test_the_card_says_how_many_large_losses_were_called_safe_and_how_many_may_be(risk):
    card = files(risk, {})[f"{MODEL}/{CARD}"]
    (safe, _) = risk.evaluation.large_losses
    assert f"Of the {safe.large} rows that lost 5 SOL or more, {safe.rows} ({safe.share:.1%}, 95 % " in card
    assert 'more than 2% were "very low" with certainty, the gate would keep the version back' in card
