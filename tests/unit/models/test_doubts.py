"""What rows weigh whose outcome is uncertain."""

from dataclasses import replace

import numpy as np
import pytest

from models import metrics
from models.artifacts import MODEL, files
from models.baselines import Contender
from models.doubts import measured
from models.loss_model import SPEC
from models.time_split import split_by_time


@pytest.fixture
def doubtful(planted):
    """A frame of which every third row is marked at a last price, and a contender whose probabilities miss these."""
    frame = planted()
    flags = np.arange(len(frame)) % 3 == 0
    frame = replace(frame, is_last_price_marked=flags, is_unmatched=np.zeros(len(frame), bool))
    parts = split_by_time(frame.days, 7)
    rows = parts.rows(frame, parts.test)
    p = np.where(flags[rows], 0.1, np.where(frame.is_loss[rows], 0.8, 0.2))
    return frame, parts, Contender(p, p)


def test_at_full_it_is_all_rows_at_nothing_the_certain_ones_and_half_lies_between(doubtful):
    frame, parts, contender = doubtful
    full, half, nothing, *others = measured(SPEC, frame, parts, contender)
    rows = parts.rows(frame, parts.test)
    outcome, certain = frame.is_loss[rows], ~frame.is_last_price_marked[rows]
    assert [(one.about, one.weight) for one in (full, half, nothing)] == [
        ("last-price marks", "full"), ("last-price marks", "half"), ("last-price marks", "nothing"),
    ]  # fmt: skip
    assert {one.rows for one in (full, half, nothing)} == {(~certain).sum()}
    assert full.logloss == pytest.approx(metrics.logloss(outcome, contender.probability))
    assert nothing.logloss == pytest.approx(metrics.logloss(outcome[certain], contender.probability[certain]))
    weight = np.where(certain, 1.0, 0.5)
    losses = -np.log(np.where(outcome, contender.probability, 1 - contender.probability))
    assert half.logloss == pytest.approx((losses @ weight) / weight.sum())
    assert half.rate == pytest.approx((outcome @ weight) / weight.sum())
    exposed = frame.is_exposed[rows]
    assert nothing.auc_exposed == metrics.auc(outcome[certain & exposed], contender.ranking[certain & exposed]) == 1
    # Nothing is unmatched here, so it does not matter how that is counted.
    assert len({(one.logloss, one.auc_exposed, one.captured) for one in others}) == 1
    assert others[0].logloss == pytest.approx(full.logloss)


def test_where_labels_do_not_say_it_nothing_is_told(planted, trained):
    frame = planted()
    assert trained(SPEC, frame).evaluation.doubts == ()


def test_where_all_is_uncertain_nothing_is_left(doubtful):
    frame, parts, contender = doubtful
    unsure = replace(frame, is_unmatched=np.ones(len(frame), bool))
    nothing = measured(SPEC, unsure, parts, contender)[-1]
    assert (nothing.weight, nothing.rows) == ("nothing", 7 * 120)
    assert np.isnan(nothing.logloss)


def test_the_card_tells_it(planted, trained):
    frame = planted()
    flags = {"is_last_price_marked": frame.x[:, 2] > 0, "is_unmatched": frame.x[:, 2] < 0}
    model = trained(SPEC, replace(frame, **flags))
    assert "| unmatched sells | half |" in files(model, {})[f"{MODEL}/model_card.md"]
    assert len(model.evaluation.evidence()["doubts"]) == 6
