"""The three questions, answered by a model trained on a planted frame."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def answers(planted, model):
    """The answers for the rows of a frame that the model was not trained on, and that frame."""
    frame = planted(seed=3)
    return model.predictor.losses(frame.x), frame


def test_the_probability_of_a_loss_is_the_product_of_its_questions(answers, model):
    found, frame = answers
    np.testing.assert_array_equal(found.p_loss, found.p_trade * found.p_loss_if_exposed)
    np.testing.assert_array_equal(found.p_loss, model.predictor.probability(frame.x))


def test_each_question_is_answered_at_its_own_rate(answers):
    found, frame = answers
    assert found.p_trade.mean() == pytest.approx(frame.is_exposed.mean(), abs=0.05)
    assert found.p_loss_if_exposed.mean() == pytest.approx(frame.is_loss[frame.is_exposed].mean(), abs=0.08)


def test_losses_sum_up_and_quantiles_cover(answers):
    found, frame = answers
    assert found.expected_loss_sol.sum() / frame.loss_sol.sum() == pytest.approx(1.0, abs=0.2)
    assert np.mean(frame.loss_sol <= found.loss_p90_sol) == pytest.approx(0.9, abs=0.04)
    assert (found.loss_p50_sol <= found.loss_p90_sol).all()
    assert min(found.loss_p50_sol.min(), found.expected_loss_sol.min()) >= 0


def test_a_risk_model_answers_one_question(planted, risk):
    assert not risk.predictor.is_hurdle
    x = planted(seed=3).x
    np.testing.assert_allclose(risk.predictor.probability(x), 1 / (1 + np.exp(-risk.predictor.log_odds(x))))
