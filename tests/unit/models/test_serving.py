"""Both models on rows of features."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models.artifacts import read
from models.scoring.calibration import Calibrator
from models.serving import Pair, hashes
from pumploss.errors import ModelError


def test_equal_vectors_hash_equal_whatever_their_bits():
    negative_nan = np.frombuffer(b"\x00\x00\x00\x00\x00\x00\xf8\xff", dtype="<f8")[0]
    found = hashes(np.array([[0.0, np.nan], [-0.0, negative_nan], [0.0, 1.0]]))
    assert found[0] == found[1] != found[2]


@pytest.fixture
def pair(folder, folder_of, model):
    """Both models, read from their files; the calibrator of the risk is raised, so that it passes what is possible."""
    served = read(folder[0], "risk-score", "4", folder[1])
    raised = replace(served, calibrator=Calibrator(served.calibrator.slope, served.calibrator.intercept + 2))
    path, tags = folder_of(model)
    return Pair(read(path, "loss-prediction", "7", tags), raised)


def test_a_model_that_says_no_amounts_is_refused_by_name(folder, planted):
    served = read(folder[0], "risk-score", "4", folder[1])
    with pytest.raises(ModelError, match="risk-score version 4 says no amounts"):
        Pair(served, served).score(pl.DataFrame({name: [1.0] for name in served.names}))


def test_a_pair_scores_each_row_by_itself(pair, planted):
    frame = planted()
    columns = {name: frame.x[:60, place] for place, name in enumerate(frame.names)}
    rows = pl.DataFrame({**columns, "loss_24h_sol": [-1.0] * 60, "loss_trades_24h": [3] * 60})
    whole = pair.score(rows)
    halves = [pair.score(rows[:17]), pair.score(rows[17:])]
    for name, values in vars(whole).items():
        assert list(values) == [*getattr(halves[0], name), *getattr(halves[1], name)], name
    assert set(whole.baseline_score) == {16.0}
    assert ((whole.risk_score >= 0) & (whole.risk_score <= 100)).all()
    assert (whole.p_severe <= whole.p_loss).all()
    assert (whole.p_severe == whole.p_loss).any()
    np.testing.assert_array_equal(whole.p_loss, whole.p_trade * whole.p_loss_if_exposed)
    with pytest.raises(ModelError, match=r"absent \['noise'\]"):
        pair.score(rows.drop("noise"))
