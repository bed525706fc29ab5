"""What is said of one wallet, whatever the trees say."""

import json
from dataclasses import replace

import numpy as np
import pytest

from features.labels import DUST_LAMPORTS, LARGE_LAMPORTS, SEVERE_LAMPORTS
from models.artifacts import read
from models.scoring.amount import Amount
from models.scoring.answers import both
from models.scoring.calibration import logit
from models.scoring.coherent import Losses, coherent, implied
from models.scoring.errors import ScoringError

LOSS, SEVERE, ALWAYS_SEVERE = 0.01, 1.0, 5.0
AMOUNT = Amount(50.0, 1.5, loss_sol=LOSS, severe_sol=SEVERE, always_severe_sol=ALWAYS_SEVERE)
EDGES = np.array([0.0, 0.1, 0.5, 1.0])


def drawn(seed, rows=2000):
    """Answers of any kind, each contradicting itself as it may, and the probability of a severe loss."""
    rng = np.random.default_rng(seed)
    p_loss = np.where(rng.random(rows) < 0.2, rng.choice(EDGES, rows), rng.random(rows))
    amounts = np.exp(rng.normal(-3, 4, (3, rows))) * (rng.random((3, rows)) < 0.9)
    low, high = np.sort(amounts[:2], axis=0)
    return Losses(p_loss, np.ones(rows), p_loss, amounts[2], low, high), p_loss * rng.random(rows) ** 2


@pytest.mark.parametrize("seed", range(20))
def test_amounts_never_contradict_the_probabilities(seed):
    said, severe = drawn(seed)
    found = coherent(said, AMOUNT, severe)
    p, low, high, expected = found.p_loss, found.loss_p50_sol, found.loss_p90_sol, found.expected_loss_sol
    for quantile, above in ((low, 0.5), (high, 0.1)):
        assert (quantile[p < above] <= LOSS).all()
        assert (quantile[p >= above] >= LOSS).all()
        assert (quantile[severe > above] >= SEVERE).all()
    assert (low <= high).all()
    assert (expected >= severe * SEVERE).all()
    assert (expected >= p * LOSS - 1e-15).all()
    # A tenth of all lose P90 or more, four tenths between P50 and that: so nobody loses less on average.
    assert (expected >= 0.1 * high + 0.4 * low - 1e-12).all()
    assert (low < LOSS).any()
    assert (high > SEVERE).any()


@pytest.mark.parametrize("seed", range(20))
def test_what_is_coherent_stays_as_it_is_and_order_of_bounding_does_not_matter(seed):
    said, severe = drawn(seed)
    once = coherent(said, AMOUNT, severe)
    for again in (coherent(once, AMOUNT, severe), coherent(coherent(said, AMOUNT), AMOUNT, severe)):
        for name, values in vars(once).items():
            np.testing.assert_array_equal(getattr(again, name), values, err_msg=name)
    for name in ("p_trade", "p_loss_if_exposed", "p_loss"):
        np.testing.assert_array_equal(getattr(once, name), getattr(said, name))


def test_each_row_is_bounded_by_itself():
    said, severe = drawn(1)
    turned = coherent(Losses(*(values[::-1] for values in vars(said).values())), AMOUNT, severe[::-1])
    for name, values in vars(coherent(said, AMOUNT, severe)).items():
        np.testing.assert_array_equal(getattr(turned, name)[::-1], values, err_msg=name)


def test_a_version_that_does_not_say_what_a_loss_is_stays_as_it_was():
    said, severe = drawn(2)
    plain = coherent(said, Amount(50.0, 1.5), severe)
    for name, values in vars(said).items():
        np.testing.assert_array_equal(getattr(plain, name), values, err_msg=name)


@pytest.mark.parametrize("seed", range(5))
def test_a_quantile_that_is_always_severe_says_how_likely_a_severe_loss_is_at_least(seed):
    said, severe = drawn(seed)
    bound = coherent(said, AMOUNT)
    found = implied(bound, AMOUNT)
    assert ((found.p_severe >= 0.1) == (bound.loss_p90_sol >= ALWAYS_SEVERE)).all()
    assert ((found.p_severe >= 0.5) == (bound.loss_p50_sol >= ALWAYS_SEVERE)).all()
    assert {0.0, 0.1, 0.5} == set(found.p_severe)
    assert (found.p_severe <= bound.p_loss).all()
    assert (found.quantile_sol[found.p_severe > 0] >= ALWAYS_SEVERE).all()
    # Bounding the amounts by a chance that keeps to it says nothing new.
    again = coherent(bound, AMOUNT, np.clip(severe, found.p_severe, bound.p_loss))
    np.testing.assert_array_equal(implied(again, AMOUNT).p_severe, found.p_severe)


@pytest.mark.parametrize("known", [{}, {"loss_sol": LOSS, "severe_sol": SEVERE}])
def test_a_version_that_does_not_say_what_is_always_severe_implies_nothing(known):
    said, _ = drawn(3)
    assert not implied(said, Amount(50.0, 1.5, **known)).p_severe.any()


def test_a_model_learns_with_its_labels_what_a_loss_is(model):
    assert model.predictor.amount.loss_sol == DUST_LAMPORTS / 1e9
    assert model.predictor.amount.severe_sol == min(SEVERE_LAMPORTS, LARGE_LAMPORTS) / 1e9
    assert model.predictor.amount.always_severe_sol == SEVERE_LAMPORTS / 1e9


def test_both_models_together_are_coherent(model, risk, planted, folder_of):
    loss, severe = (read(path, path.name, "1", digests) for path, digests in map(folder_of, (model, risk)))
    x = planted(seed=3).x.astype(float)
    losses, risks = both(loss.predictor.losses(x), loss, severe, x)
    assert (losses.expected_loss_sol >= risks.p_severe).all()
    assert (losses.loss_p50_sol[losses.p_loss < 0.5] <= LOSS).all()
    assert (losses.loss_p90_sol[losses.p_loss >= 0.1] >= LOSS).all()
    assert (losses.loss_p90_sol[risks.p_severe > 0.1] >= SEVERE).all()
    assert (losses.loss_p90_sol[risks.p_severe < 0.1] < ALWAYS_SEVERE).all()
    assert (losses.loss_p50_sol[risks.p_severe < 0.5] < ALWAYS_SEVERE).all()
    with pytest.raises(ScoringError, match="says no amounts"):
        both(losses, severe, severe, x)


def test_a_risk_yields_to_the_quantiles_and_says_by_how_much(model, risk, planted, folder_of):
    loss, severe = (read(path, path.name, "1", digests) for path, digests in map(folder_of, (model, risk)))
    x = planted(seed=3).x.astype(float)
    said = loss.predictor.losses(x)
    own = severe.predictor.probability(x)
    amount = replace(loss.amount, always_severe_sol=float(np.quantile(said.loss_p50_sol, 0.8)))
    least = implied(said, amount)
    _, risks = both(said, replace(loss, amount=amount), severe, x)
    assert (risks.p_severe >= least.p_severe).all()
    assert (risks.p_severe <= said.p_loss).all()
    seen = set()
    for row in np.flatnonzero((least.p_severe > own) & (np.array(risks.reasons) != "[]")):
        entry = json.loads(risks.reasons[row])[-1]
        moved = logit(risks.p_severe[row]) - severe.predictor.log_odds(x[row : row + 1])[0]
        assert entry["contribution"] == pytest.approx(moved, abs=1e-9)
        assert entry["value"] == least.quantile_sol[row] >= amount.always_severe_sol
        assert "which is always severe: adds" in entry["text"]
        seen.add(entry["group"])
    assert seen == {"loss_p50_sol", "loss_p90_sol"}
