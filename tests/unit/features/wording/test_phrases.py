"""What is said of features to people."""

import pytest

from features.registry import model_inputs
from models.scoring.shown import UNITS


@pytest.mark.parametrize(
    ("name", "unit", "meaning"),
    [
        ("buy_sol_7d", "sol", "cost of buys, fees included, in the 7 days before the score's day"),
        ("chase_size_30d", "", "above 0 for who stakes more after a loss than after a win"),
        ("lag_pnl_sol_2", "sol", "change of equity from 14 to 7 days before the score's day"),
        (
            *("hold_median_log_30d", "log_seconds"),
            "time within which half of the positions opened in 30 days was sold, open ones taken as censored",
        ),
        ("session_length_30d", "log_seconds", "mean time of a session over 30 days: 0 for sessions of one trade"),
        (
            *("hold_duration_30d", "seconds"),
            "mean seconds held of the positions that were emptied in 30 days, from first buy to last sell",
        ),
        ("win_rate_30d", "share", "share of the positions emptied in 30 days that made money"),
        ("dead_share_30d", "share", "share of the entries of 30 days whose mint is dead at the score's day"),
        ("preferred_hour", "", "UTC hour with most trades ever, 0 to 23"),
        ("buys_30d", "", "buys in 30 days"),
        ("bet_fraction_30d", "", "median stake over the most capital seen at work at a close of the last 30 days"),
    ],
)
def test_a_feature_is_said_in_words(name, unit, meaning):
    (known,) = (known for known in model_inputs() if known.name == name)
    assert (known.shown_unit, known.meaning) == (unit, meaning)


def test_every_input_has_a_topic_a_meaning_and_a_unit_that_is_shown():
    for known in model_inputs():
        assert known.topic, f"say in features/{known.group}.py what of a trader the group is about (TOPIC)"
        assert known.shown_unit in UNITS, known.name
        assert "`" not in known.meaning
        assert " T" not in known.meaning.replace(" T-", "")
        assert "ln(1 +" not in known.meaning
