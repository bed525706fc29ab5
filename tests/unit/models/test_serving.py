"""Both models on rows of features."""

import numpy as np
import polars as pl
import pytest

from models.artifacts import read
from models.serving import Pair, hashes
from pumploss.errors import ModelError


def test_equal_vectors_hash_equal_whatever_their_bits():
    negative_nan = np.frombuffer(b"\x00\x00\x00\x00\x00\x00\xf8\xff", dtype="<f8")[0]
    found = hashes(np.array([[0.0, np.nan], [-0.0, negative_nan], [0.0, 1.0]]))
    assert found[0] == found[1] != found[2]


def test_a_pair_scores_each_row_by_itself(folder, model, tmp_path, planted):
    path, tags = folder
    served = read(path, "risk-score", "4", tags)
    pair = Pair(served, served)
    frame = planted()
    columns = {name: frame.x[:60, place] for place, name in enumerate(frame.names)}
    rows = pl.DataFrame({**columns, "loss_24h_sol": [-1.0] * 60, "loss_trades_24h": [3] * 60})
    whole = pair.score(rows)
    halves = [pair.score(rows[:17]), pair.score(rows[17:])]
    for name, values in vars(whole).items():
        assert list(values) == [*getattr(halves[0], name), *getattr(halves[1], name)], name
    assert set(whole.baseline_score) == {16.0}
    assert ((whole.risk_score >= 0) & (whole.risk_score <= 100)).all()
    with pytest.raises(ModelError, match=r"absent \['noise'\]"):
        pair.score(rows.drop("noise"))
