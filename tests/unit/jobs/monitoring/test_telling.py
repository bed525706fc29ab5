"""What people are told of broken bounds."""

from datetime import date

from jobs.commands.parser import parse
from jobs.monitoring.telling import sentences, training_command
from jobs.monitoring.watching import Watched
from models.bounds import Figure, Verdict

DAY = date(2026, 3, 1)


def watched(measure, value, expected=0.0, subject="all", model="risk-score"):
    return Watched(model, "7", Figure(measure, value, expected, 9000, 9000, subject=subject), DAY, DAY)


def test_a_line_for_each_model_and_measure_names_the_farthest_first():
    drifted = [watched("input_psi", 0.2 + n / 100, subject=f"x{n}") for n in range(7)]
    calm = watched("input_psi", 0.05, subject="calm")
    (line,) = sentences([*drifted, calm, watched("score_psi", 0.3)], Verdict.WARN)
    assert line.startswith("risk-score version 7, 2026-03-01: input_psi of x6 is 0.26 (bound 0.1), of x5 is 0.25")
    assert "x2" in line
    assert "x1 " not in line
    assert "and 2 more" in line
    assert "calm" not in line


def test_what_stops_is_told_with_its_own_bound_and_what_was_expected():
    said = sentences(
        [watched("score_psi", 0.3), watched("calibration", 0.5, 0.4, model="loss-prediction")], Verdict.STOP
    )
    assert said[0] == (
        "risk-score version 7, 2026-03-01: score_psi is 0.3 (bound 0.25): "
        "PSI of the probability against the locked days"
    )
    assert "calibration is 0.5 beside 0.4 (bound 0.06)" in said[1]
    assert sentences([watched("score_psi", 0.01)], Verdict.STOP) == []


def test_the_command_trains_what_is_named():
    words = training_command(["risk-score", "loss-prediction", "risk-score"], DAY).split()[1:]
    found = parse(words, "pumploss")
    assert found.steps == ["train_risk_model", "train_loss_model"]
    assert found.first == found.last == DAY
