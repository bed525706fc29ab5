"""How much a loss costs, and what never happens whatever the trees say."""

import numpy as np
import pytest

from models.scoring.amount import Amount
from models.scoring.errors import ScoringError

PLAIN = Amount(cap_sol=50.0, smearing=1.5)


def test_an_expected_loss_is_probability_times_amount_up_to_the_cap():
    found = PLAIN.expected(np.array([0.5, 1.0, 1.0, 0.0]), np.log([2.0, 2.0, 1e6, 2.0]))
    np.testing.assert_allclose(found, [1.5, 3.0, 50.0, 0.0])


def test_quantiles_are_never_below_nothing_and_never_cross():
    rng = np.random.default_rng(2)
    low, high = Amount(1.0, 1.0, 1.0, p50=3.0, p90=0.5).quantiles(rng.normal(size=999), rng.normal(size=999))
    assert (low >= 0).all()
    assert (low <= high).all()


def test_the_numbers_come_back_to_the_last_bit():
    given = Amount(0.1 + 0.2, 1 / 3, 2 / 3, 1e-9, 7.0)
    assert Amount.from_json(given.to_json()) == given


def test_a_version_from_before_says_nothing_of_what_a_loss_is():
    found = Amount.from_json('{"kind": "lognormal hurdle", "cap_sol": 50.0, "smearing": 1.5}')
    assert found == PLAIN
    assert (found.loss_sol, found.severe_sol, found.always_severe_sol) == (0.0, 0.0, 0.0)
    with pytest.raises(ScoringError, match="no use for loss_sol"):
        Amount(cap_sol=1.0, smearing=1.0, loss_sol=-0.01)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "gamma", "cap_sol": 1, "smearing": 1}', '{"kind": "x"}'])
def test_what_is_no_amount_model_is_refused(text):
    with pytest.raises(ScoringError, match="amount"):
        Amount.from_json(text)


@pytest.mark.parametrize("broken", [0.0, -1.0, float("nan"), float("inf")])
def test_numbers_without_use_are_refused_by_name(broken):
    with pytest.raises(ScoringError, match="no use for smearing"):
        Amount(cap_sol=1.0, smearing=broken)
