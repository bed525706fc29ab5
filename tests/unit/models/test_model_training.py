import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models import boosting
from models.artifacts import BOOSTER, EXTRA, digests, files, read
from models.dataset import assemble
from models.loss_model import SPEC as LOSS
from models.reasons import MOST_REASONS, TEXTS, reasons
from models.risk_model import SPEC as RISK
from models.score import ScoreMap
from models.serving import Pair, hashes
from models.time_split import split_by_time
from models.training import train
from pumploss.errors import ModelError


def trees(booster):
    """The trees as text, without the parameters that stand behind them."""
    return booster.model_to_string(num_iteration=-1).partition("end of trees")[0]


@pytest.fixture(scope="module")
def model(planted, trained):
    return trained(LOSS, planted())


@pytest.fixture(scope="module")
def risk(planted, trained):
    return trained(RISK, planted())


def test_a_planted_signal_is_recovered(model):
    found = model.evaluation
    assert found.model["auc_exposed"] > 0.74
    assert found.model["brier_skill"] > 0.08
    assert found.model["logloss"] < found.baselines["formula"]["logloss"]
    assert found.model["auc_over_formula_low"] > 0.15
    assert found.model["ece"] < 0.08


def test_shuffled_labels_teach_nothing(planted, trained):
    frame = planted(traders=250)
    order = np.random.default_rng(9).permutation(len(frame))
    shuffled = replace(frame, is_loss=frame.is_loss[order], is_exposed=np.ones(len(frame), bool))
    found = trained(LOSS, shuffled).evaluation.model
    assert found["auc_all"] == pytest.approx(0.5, abs=0.03)
    assert found["brier_skill"] < 0.01


def test_no_row_of_the_test_days_changes_the_model(planted, trained, model):
    frame = planted()
    rows = split_by_time(frame.days, 7).rows(frame, split_by_time(frame.days, 7).test)
    frame.is_loss[rows] = ~frame.is_loss[rows]
    frame.x[rows] = 7.0
    again = trained(LOSS, frame)
    assert trees(again.booster) == trees(model.booster)
    assert again.calibrator == model.calibrator


def test_two_trainings_grow_the_same_trees(planted, trained, model):
    assert trees(trained(LOSS, planted()).booster) == trees(model.booster)


def test_the_order_in_which_rows_come_changes_nothing(planted, inputs):
    frame = planted(traders=40)
    rows = pl.DataFrame(
        {
            "trader_address": frame.trader,
            "event_timestamp": pl.Series(frame.as_of.astype("datetime64[us]")).dt.replace_time_zone("UTC"),
            **{name: frame.x[:, place] for place, name in enumerate(frame.names)},
            "is_loss": frame.is_loss,
            "is_severe_loss": frame.is_severe_loss,
            "is_exposed": frame.is_exposed,
            "outcome_lamports": (frame.pnl_sol * 1e9).astype(np.int64),
        }
    )
    found = [assemble(given, frame.names) for given in (rows, rows.sample(fraction=1, shuffle=True, seed=2))]
    assert found[0].sha256 == found[1].sha256
    grown = [train(LOSS, one, split_by_time(one.days, 7), inputs).booster for one in found]
    assert trees(grown[0]) == trees(grown[1])


def test_a_constraint_holds_along_its_feature_also_beside_missing_values(planted, trained):
    model = trained(LOSS, planted(missing=0.3))
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(200, 4))
    rows[:, 1:][rng.random((200, 3)) < 0.3] = np.nan
    steps = np.linspace(-4, 4, 41)
    swept = np.repeat(rows, len(steps), axis=0)
    swept[:, 0] = np.tile(steps, len(rows))
    raw = boosting.raw(model.booster, swept).reshape(len(rows), len(steps))
    assert (np.diff(raw, axis=1) >= -1e-12).all()
    assert (raw[:, -1] > raw[:, 0]).any()


def test_the_score_keeps_its_reference(planted, inputs, risk):
    frame = planted(seed=5)
    assert risk.score_map is not None
    kept = train(RISK, frame, split_by_time(frame.days, 7), inputs, frozen=ScoreMap(0.123))
    assert kept.score_map == ScoreMap(0.123)
    assert train(LOSS, frame, split_by_time(frame.days, 7), inputs).score_map is None


def test_parameters_and_versions_decide_the_params_hash():
    assert LOSS.params_hash(a=1) == LOSS.params_hash(a=1)
    assert (
        len(
            {
                LOSS.params_hash(a=1),
                LOSS.params_hash(a=2),
                RISK.params_hash(a=1),
                replace(LOSS, seed=1).params_hash(a=1),
            }
        )
        == 4
    )


def test_reasons_add_up_to_the_published_probability(risk, inputs):
    x = np.random.default_rng(2).normal(size=(50, 4))
    single = np.asarray(risk.booster.predict(x, pred_contrib=True))
    p = risk.calibrator.probability(single.sum(axis=1))
    np.testing.assert_allclose(p, risk.calibrator.probability(boosting.raw(risk.booster, x)), atol=1e-12)


def test_reasons_name_the_groups_that_raise_the_risk_strongest_first(risk, inputs):
    x = np.array([[3.0, 1.0, 0.0, 3.0], [-3.0, np.nan, np.nan, -3.0]])
    groups = [one.group for one in inputs]
    high, low = (json.loads(text) for text in reasons(risk.booster, x, risk.booster.feature_name(), groups, 2.0))
    assert high[0]["group"] == "losses"
    assert high[0]["feature"] in ("loss_ratio", "calm")
    assert high[0]["value"] == 3.0
    assert high[0]["text"] == TEXTS["losses"]
    for found in (high, low):
        contributions = [one["contribution"] for one in found]
        assert contributions == sorted(contributions, reverse=True)
        assert all(value > 0 for value in contributions)
        assert len(found) <= MOST_REASONS
    assert all(one["group"] != "losses" for one in low)
    assert reasons(risk.booster, x[:0], risk.booster.feature_name(), groups) == []


def test_every_group_of_features_has_its_text():
    from features.registry import model_inputs

    lacking = {one.group for one in model_inputs()} - TEXTS.keys()
    assert not lacking, f"say in models/reasons.py what a high contribution of {sorted(lacking)} means"


@pytest.fixture
def folder(tmp_path, risk):
    content = files(risk, {"data_gold_labels": "version 3", "label_version": "1"})
    (tmp_path / EXTRA).mkdir()
    for name, text in content.items():
        (tmp_path / EXTRA / name).write_text(text)
    risk.booster.save_model(tmp_path / BOOSTER)
    return tmp_path, digests(risk.booster.model_to_string(), content)


def test_a_model_comes_back_from_its_files_bit_by_bit(folder, risk, planted):
    path, tags = folder
    served = read(path, "risk-score", "4", tags)
    x = planted().x[:500]
    np.testing.assert_array_equal(boosting.raw(served.booster, x), boosting.raw(risk.booster, x))
    assert (served.calibrator, served.score_map, served.inputs) == (risk.calibrator, risk.score_map, risk.inputs)


@pytest.mark.parametrize("name", [BOOSTER, "extra_files/calibrator.json", "extra_files/score_map.json"])
def test_a_changed_file_is_refused_by_name(folder, name):
    path, tags = folder
    text = (path / name).read_text()
    (path / name).write_text(text.replace("1", "2", 1))
    with pytest.raises(ModelError, match=f"{name.rpartition('/')[2]} is not what was registered"):
        read(path, "risk-score", "4", tags)


@pytest.mark.parametrize("name", ["model.pkl", "python_model.pkl", "code/boom.py", "extra_files/x.skops", "a.joblib"])
def test_a_file_that_could_run_code_is_refused(folder, name):
    path, tags = folder
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelError, match="a pickle can run code"):
        read(path, "risk-score", "4", tags)


def test_a_version_without_digests_or_files_is_refused(folder):
    path, tags = folder
    with pytest.raises(ModelError):
        read(path, "risk-score", "4", {})
    (path / EXTRA / "calibrator.json").unlink()
    with pytest.raises(ModelError, match=r"calibrator\.json cannot be read"):
        read(path, "risk-score", "4", tags)


def test_the_card_says_what_simulated_measures_prove(risk):
    card = files(risk, {"data_gold_labels": "version 3", "label_version": "1"})["model_card.md"]
    assert "nothing about the market" in card
    assert "| formula |" in card
    assert "data_gold_labels: version 3" in card
    assert "associations" in card
    assert "history is short" in card


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
