"""What is taken from a consumer's frame, and what a risk model says without a loss model beside it."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from models.artifacts import MODEL
from models.scoring.consumer import Consumer, matrix
from models.scoring.errors import ScoringError


def test_every_numeric_type_is_taken_by_name_and_what_is_missing_stays_missing():
    frame = pd.DataFrame(
        {
            "text": ["a", "b"],
            "decimal": [Decimal("0.5"), None],
            "nullable": pd.array([3, None], dtype="Int64"),
            "single": np.array([0.25, np.nan], dtype=np.float32),
            "flag": [True, False],
            "small": np.array([7, 9], dtype=np.int8),
        }
    )
    found = matrix(frame, ["small", "flag", "single", "nullable", "decimal"])
    np.testing.assert_array_equal(found, [[7, 1, 0.25, 3, 0.5], [9, 0, np.nan, np.nan, np.nan]])


def test_every_column_that_does_not_fit_is_named():
    frame = pd.DataFrame({"text": ["1.5"], "kept": [1], "list": [[1, 2]]})
    with pytest.raises(ScoringError, match="lacks what the model asks for: gone, lost"):
        matrix(frame, ["gone", "kept", "lost"])
    with pytest.raises(ScoringError, match="asks for numbers: text, list"):
        matrix(frame, ["text", "kept", "list"])


def test_infinite_inputs_are_named_with_their_first_row():
    frame = pd.DataFrame({"fine": [1.0, 2.0, np.nan], "up": [1.0, np.inf, np.inf], "down": [-np.inf, 0.0, 1.0]})
    with pytest.raises(ScoringError, match=r"finite numbers: infinite is up in row 1, down in row 0 \(first of each"):
        matrix(frame, ["fine", "up", "down"])
    assert matrix(frame, ["fine"]).shape == (3, 1)


def test_a_risk_model_alone_answers_what_it_was_asked(folder, risk, planted):
    frame = planted(seed=4)
    rows = pd.DataFrame(frame.x[:40], columns=list(frame.names))
    answers = Consumer(folder[0] / MODEL).answers(rows)
    assert list(answers) == ["p_severe", "risk_score", "risk_band", "reasons"]
    np.testing.assert_allclose(answers["p_severe"], risk.predictor.probability(frame.x[:40]), atol=1e-12)


def test_columns_of_one_name_are_named():
    frame = pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], columns=["a", "b", "a", "c"])
    with pytest.raises(ScoringError, match=r"columns of one name more than once: a\.$"):
        matrix(frame, ["c", "a"])
    np.testing.assert_array_equal(matrix(frame, ["c", "b"]), [[4.0, 2.0]])


@pytest.mark.parametrize("which", ["risk", "model"])
def test_rows_of_which_nothing_is_known_are_refused(folder_of, request, planted, which):
    frame = planted(seed=4)
    rows = pd.DataFrame(frame.x[:40], columns=list(frame.names))
    consumer = Consumer(folder_of(request.getfixturevalue(which))[0] / MODEL)
    unknown = [3, 17, 20, 21, 22, 23, 39]
    rows.loc[unknown] = np.nan
    with pytest.raises(
        ScoringError, match=r"^Rows 3, 17, 20, 21, 22 and 2 more .*have no known input: the join found n"
    ):
        consumer.answers(rows)
    rows.iloc[unknown[1:], 0] = 0.5
    with pytest.raises(ScoringError, match=r"^Rows 3 \(counted"):
        consumer.answers(rows)
    rows.iloc[3, 1] = 0.5
    assert {len(values) for values in consumer.answers(rows).values()} == {40}
    assert all(len(values) == 0 for values in consumer.answers(rows[:0]).values())
