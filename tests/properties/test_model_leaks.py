"""What a training must find, and what must not get past the gate: each refusal names its cause."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models import gate, metrics
from models.boosting import columns_of
from models.dataset import assemble, matrix
from models.loss_model import SPEC
from models.scoring.calibration import sigmoid
from models.scoring.served import Input
from models.time_split import split_by_time
from models.training import train
from pumploss.errors import ModelError
from tests.building.planted_frame import INPUTS, frame_of

pytestmark = pytest.mark.slow

DAYS, TRADERS, SIGNAL = 54, 1200, 1.0


def planted(signal=SIGNAL, missing=0.0):
    return frame_of(DAYS, TRADERS, signal=signal, missing=missing)


def trained(frame, inputs=INPUTS):
    return train(SPEC, frame, split_by_time(frame.days, 7), inputs)


def refusals(model):
    return gate.decide(model.evaluation, SPEC.acceptance, None).reasons


@pytest.fixture(scope="module")
def honest():
    """A frame with a planted signal, and the model that was trained on it."""
    frame = planted()
    return frame, trained(frame)


def locked(frame):
    parts = split_by_time(frame.days, 7)
    return parts.rows(frame, parts.test)


def test_a_planted_signal_is_recovered_and_promoted(honest):
    frame, model = honest
    rows = locked(frame) & frame.is_exposed
    true = sigmoid(SIGNAL * frame.x[rows, 0] + 0.3)
    oracle, found = metrics.auc(frame.is_loss[rows], true), model.evaluation.model
    assert found["auc_if_exposed"] == pytest.approx(oracle, abs=0.01)
    assert found["logloss_if_exposed"] == pytest.approx(metrics.logloss(frame.is_loss[rows], true), abs=0.01)
    assert refusals(model) == []


def test_without_a_signal_nothing_is_found_and_nothing_promoted():
    model = trained(planted(signal=0.0))
    assert model.evaluation.model["auc_exposed"] == pytest.approx(0.5, abs=0.01)
    assert any(reason.startswith("logloss_of_") for reason in refusals(model))


def test_shuffled_labels_teach_nothing():
    frame = planted()
    order = np.arange(len(frame)).reshape(DAYS, TRADERS)
    order = np.random.default_rng(9).permuted(order, axis=1).reshape(-1)
    # Within each day, and together with all that follows of them: only the link to the inputs is cut.
    shuffled = replace(frame, **{name: getattr(frame, name)[order] for name in ("is_loss", "is_exposed", "pnl_sol")})
    model = trained(shuffled)
    assert model.evaluation.model["auc_exposed"] == pytest.approx(0.5, abs=0.01)
    assert any(reason.startswith("logloss_of_") for reason in refusals(model))


def rows_of(frame):
    """The frame as retrieval would give it."""
    return pl.DataFrame(
        {
            "trader_address": frame.trader,
            "event_timestamp": pl.Series(frame.as_of.astype("datetime64[us]")).dt.replace_time_zone("UTC"),
            **{name: frame.x[:, place] for place, name in enumerate(frame.names)},
            **{name: getattr(frame, name) for name in ("is_loss", "is_severe_loss", "is_exposed")},
            "outcome_lamports": (frame.pnl_sol * 1e9).astype(np.int64),
        }
    )


def test_permuted_rows_and_columns_give_the_same_trees_and_two_trainings_do():
    frame = frame_of(DAYS, 60)
    rows = rows_of(frame)
    permuted = rows.sample(fraction=1, shuffle=True, seed=2).select(rows.columns[::-1])
    grown = [trained(assemble(given, frame.names)) for given in (rows, rows, permuted)]
    texts = {
        tuple(trees.model_to_string() for trees in (one.booster, one.judged.booster, *one.predictor.others.values()))
        for one in grown
    }
    assert len(texts) == 1
    assert len({(one.calibrator, one.predictor.trade, one.predictor.amount) for one in grown}) == 1


def test_permuted_columns_are_asked_by_name(honest):
    frame, model = honest
    x = columns_of(frame.names[::-1], model.booster, frame.x[:, ::-1])
    np.testing.assert_array_equal(model.predictor.probability(x), model.predictor.probability(frame.x))


def test_a_renamed_feature_is_named_in_training_and_in_scoring(honest):
    frame, model = honest
    renamed = rows_of(frame_of(DAYS, 3)).rename({"loss_ratio": "ratio_of_loss"})
    with pytest.raises(ModelError, match="The training rows lack loss_ratio"):
        assemble(renamed, frame.names)
    with pytest.raises(ModelError, match=r"absent \['loss_ratio'\]"):
        matrix(renamed, [given.name for given in model.inputs])


def with_input(frame, name, values):
    """The frame with one more input, and the inputs."""
    wider = replace(frame, names=(*frame.names, name), x=np.column_stack([frame.x, values]))
    return wider, (*INPUTS, Input(name, "timing", 0))


def test_a_feature_from_the_future_is_named():
    frame = planted()
    # What the wallet will be worth: noisy, as a leak mostly is.
    noise = np.random.default_rng(3).normal(size=len(frame))
    model = trained(*with_input(frame, "equity_next_week", frame.pnl_sol + noise))
    (reason,) = refusals(model)
    assert reason.startswith("equity_next_week alone ranks the exposed rows with an AUC of 0.")
    assert reason.endswith("above 0.75: it may know what came after T")


def test_a_feature_from_the_future_whose_sign_says_nothing_is_named():
    frame = planted()
    rng = np.random.default_rng(7)
    # Large at either end for who will lose: its order tells nothing, its size all.
    values = frame.loss_sol * rng.choice([-1.0, 1.0], len(frame)) + rng.normal(size=len(frame)) / 100
    (reason,) = refusals(trained(*with_input(frame, "turnover_next_week", values)))
    assert reason.startswith("turnover_next_week alone ranks the exposed rows with an AUC of ")


def test_a_future_that_only_two_inputs_together_tell_is_refused():
    frame = planted()
    rng = np.random.default_rng(8)
    side, size = rng.choice([-1.0, 1.0], len(frame)), 1 + rng.random((2, len(frame)))
    # On the same side of 0 for who will lose, on different ones for who will not: neither alone says anything.
    other = np.where(frame.is_loss, side, -side)
    wider, _ = with_input(frame, "turnover", side * size[0])
    wider, _ = with_input(wider, "turnover_next_week", other * size[1])
    inputs = (*INPUTS, Input("turnover", "timing", 0), Input("turnover_next_week", "timing", 0))
    reasons = refusals(trained(wider, inputs))
    assert [reason.partition(" is ")[0] for reason in reasons] == ["auc_exposed", "auc_if_exposed"]


def test_a_future_that_shows_only_in_what_is_missing_is_named():
    frame = planted()
    rng = np.random.default_rng(4)
    # Known only of those who come back, as a join with a later table would have it.
    values = np.where(frame.is_loss & (rng.random(len(frame)) < 0.9), np.nan, rng.normal(size=len(frame)))
    (reason,) = refusals(trained(*with_input(frame, "next_session", values)))
    assert reason.startswith("next_session alone ranks the exposed rows")


def test_an_input_that_grows_with_the_length_of_the_data_is_named():
    frame = planted()
    rng = np.random.default_rng(5)
    seen = (frame.as_of - frame.as_of[0]).astype(np.float64) * np.exp(rng.normal(size=TRADERS) / 4)[
        np.tile(np.arange(TRADERS), DAYS)
    ]
    reasons = refusals(trained(*with_input(frame, "trades_ever", seen)))
    assert any(reason.endswith("most by trades_ever: it says what time it is") for reason in reasons)


def test_what_is_the_same_for_all_traders_of_a_day_tells_the_day_and_is_no_leak():
    frame = planted()
    market = np.random.default_rng(6).normal(size=DAYS).repeat(TRADERS)
    assert refusals(trained(*with_input(frame, "market_trades", market))) == []


@pytest.mark.parametrize("flooded", ["locked", "training"])
def test_a_flood_of_missing_values_is_named(flooded):
    frame = planted()
    rows = locked(frame) if flooded == "locked" else ~locked(frame)
    frame.x[rows & (np.arange(len(frame)) % 3 > 0), 2] = np.nan
    reasons = refusals(trained(frame))
    assert any(reason.startswith("noise is missing in 6") for reason in reasons)


@pytest.mark.parametrize("flooded", ["locked", "training"])
def test_an_input_that_turns_0_is_named(flooded):
    frame = planted()
    rows = locked(frame) if flooded == "locked" else ~locked(frame)
    frame.x[rows & (np.arange(len(frame)) % 3 > 0), 2] = 0.0
    reasons = refusals(trained(frame))
    assert any(reason.startswith("noise is 0 in 6") for reason in reasons)


def test_a_frame_of_nothing_but_missing_values_is_not_promoted():
    frame = planted()
    frame.x[:] = np.nan
    model = trained(replace(frame, volume=np.zeros(len(frame))))
    assert model.evaluation.model["auc_exposed"] == pytest.approx(0.5, abs=0.01)
    assert any(reason.startswith("logloss_of_") for reason in refusals(model))
