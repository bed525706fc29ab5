"""What rows weigh whose outcome is uncertain."""

from dataclasses import replace

import numpy as np
import pytest

from models import metrics
from models.artifacts import MODEL, files
from models.baselines import Contender
from models.dataset import Uncertain
from models.doubts import labelled, measured
from models.loss_model import SPEC
from models.risk_model import SPEC as RISK
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
    assert "| unmatched sells | rows | half |" in files(model, {})[f"{MODEL}/model_card.md"]
    assert len(model.evaluation.evidence()["doubts"]) == 6


@pytest.fixture
def valued(planted):
    """A frame whose outcomes are what they are by amounts in SOL, some of them uncertain."""
    frame, rng = planted(), np.random.default_rng(5)
    count = len(frame)
    start, end, unmatched = (np.where(rng.random(count) < 0.3, rng.exponential(size=count), 0.0) for _ in range(3))
    pnl = rng.normal(scale=3.0, size=count)
    capital = start + rng.exponential(size=count) * 5
    frame = replace(
        frame,
        pnl_sol=pnl,
        is_loss=labelled("is_loss", pnl, capital),
        is_severe_loss=labelled("is_severe_loss", pnl, capital),
        is_last_price_marked=start + end > 0,
        is_unmatched=unmatched > 0,
        uncertain=Uncertain(capital, start, end, unmatched),
    )
    return frame, split_by_time(frame.days, 7)


@pytest.mark.parametrize("spec", [SPEC, RISK])
def test_amounts_are_counted_in_part_and_labels_follow(valued, spec):
    frame, parts = valued
    rows = parts.rows(frame, parts.test)
    p = np.random.default_rng(1).uniform(0.05, 0.95, rows.sum())
    found = {
        (one.about, one.weight): one
        for one in measured(spec, frame, parts, Contender(p, p))
        if one.weighed == "amounts"
    }
    assert len(found) == 6
    amounts = {name: values[rows] for name, values in vars(frame.uncertain).items()}
    pnl, change = frame.pnl_sol[rows], amounts["last_price_end"] - amounts["last_price_start"]
    for (about, weight), one in found.items():
        part = {"full": 1, "half": 0.5, "nothing": 0}[weight]
        if about == "last-price marks":
            outcome, capital = pnl - (1 - part) * change, amounts["capital"] - (1 - part) * amounts["last_price_start"]
        else:
            outcome, capital = pnl + part * amounts["unmatched"], amounts["capital"]
        label = outcome < -0.01 if spec is SPEC else (outcome <= -5) | ((outcome <= -1) & (-4 * outcome >= capital))
        assert one.rate == pytest.approx(label.mean())
        assert one.changed == (label != frame.target(spec.target)[rows]).sum()
        assert one.logloss == pytest.approx(metrics.logloss(label, p))
        assert one.captured == pytest.approx(metrics.top_share(p, np.maximum(0, -outcome)))
    # What the labels count is what they say.
    for key in (("last-price marks", "full"), ("unmatched sells", "nothing")):
        assert found[key].changed == 0
        assert found[key].rate == frame.target(spec.target)[rows].mean()
    assert min(found["last-price marks", "nothing"].changed, found["unmatched sells", "full"].changed) > 10


def test_what_is_certain_is_what_the_labels_say_to_the_last_bit(valued):
    frame, parts = valued
    none = Uncertain(frame.uncertain.capital, *(np.zeros(len(frame)) for _ in range(3)))
    frame = replace(frame, uncertain=none, pnl_sol=frame.pnl_sol + 0.1)
    p = np.random.default_rng(1).uniform(0.05, 0.95, int(parts.rows(frame, parts.test).sum()))
    found = [one for one in measured(SPEC, frame, parts, Contender(p, p)) if one.weighed == "amounts"]
    assert {(one.changed, one.rows) for one in found} == {(0, 0)}
    assert len({(one.auc_exposed, one.logloss, one.rate, one.captured) for one in found}) == 1
