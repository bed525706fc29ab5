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
