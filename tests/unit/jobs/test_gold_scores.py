import json
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from jobs import gold_scores
from jobs.running.runner import run_pass
from models.boosting import Rows
from models.loss_model import SPEC
from models.scoring.amount import Amount
from models.scoring.calibration import Calibrator
from models.scoring.score import ScoreMap
from models.scoring.served import Input, Served
from models.serving import Pair
from pumploss.errors import ModelError
from pumploss.report import RunReport
from pumploss.tables.gold_scores import TABLE

T = datetime(2026, 1, 10, tzinfo=UTC)
NAMES = ("equity_loss_ratio_7d", "total_trades_7d")


def served(name, version, score_map=None):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1500, 2))
    rows, lost = Rows(SPEC, NAMES, [1, 0], x), np.exp(x[:, 0])
    booster = rows.grow(x[:, 0] + rng.normal(size=1500) > 0)
    amounts = rows.grow(np.log(lost), rounds=20, objective="regression").model_to_string()
    quantile = rows.grow(lost, rounds=20, objective="quantile", alpha=0.9).model_to_string()
    trees = {"p50": quantile, "p90": quantile}
    others = {"trade": booster.model_to_string(), "amount": amounts, **trees}
    inputs = (Input(NAMES[0], "losses", 1), Input(NAMES[1], "activity", 0))
    plain = Served(name, version, booster.model_to_string(), Calibrator(0.9, -0.2), inputs, score_map, {})
    amount = Amount(50.0, 1.2, p90=3.0)
    return replace(plain, other_texts=tuple(others.items()), trade=Calibrator(0.5, 1.0), amount=amount)


@pytest.fixture(scope="module")
def pair():
    return Pair(served("loss-prediction", "4"), served("risk-score", "7", ScoreMap(0.5)))


@pytest.fixture
def features(frame):
    from features.registry import TABLE as FEATURES

    def build(*ratios, loss=-0.5, trades=2):
        rows = [
            {
                "trader_address": f"trader{place}",
                "as_of": T,
                "known_at": T,
                "feature_day": date(2026, 1, 10),
                "equity_loss_ratio_7d": ratio,
                "loss_24h_sol": loss,
                "loss_trades_24h": trades,
            }
            for place, ratio in enumerate(ratios)
        ]
        return frame(FEATURES, *rows)

    return build


def test_rows_fit_the_contract_and_name_their_models(features, pair, rows_of):
    found = gold_scores.transform(features(-1.0, 0.0, 1.0), pair)
    assert found.columns == TABLE.names
    assert {field.name: field.dataType.simpleString() for field in found.schema} == {
        column.name: column.type.spark for column in TABLE.columns
    }
    for row in rows_of(found, "trader_address"):
        assert (row["loss_model_version"], row["risk_model_version"], row["score_version"]) == ("4", "7", "2")
        assert row["scored_at"] == row["as_of"] == T
        assert row["score_day"] == T.date()
        assert row["baseline_score"] == 9.0
        assert isinstance(json.loads(row["reasons"]), list)
        assert row["p_severe"] <= row["p_loss"] == row["p_trade"] * row["p_loss_if_exposed"]
        assert 0 <= row["loss_p50_sol"] <= row["loss_p90_sol"]
        assert row["expected_loss_sol"] > 0


def test_the_percentile_is_the_share_with_a_lower_risk_and_ties_are_equal(features, pair, rows_of):
    found = rows_of(gold_scores.transform(features(-2.0, 2.0, -2.0, 0.0), pair), "trader_address")
    assert [row["risk_percentile"] for row in found] == [0.0, 0.75, 0.0, 0.5]
    scores = [row["risk_score"] for row in found]
    assert scores[0] == scores[2] < scores[3] < scores[1]


def test_missing_values_are_scored_and_the_formula_is_capped(features, pair, rows_of):
    (row,) = rows_of(gold_scores.transform(features(None, loss=-50.0, trades=1), pair))
    assert 0 < row["p_loss"] < 1
    assert row["baseline_score"] == 100.0


def test_no_traders_give_no_scores(features, pair):
    assert gold_scores.transform(features(), pair).count() == 0


def test_a_model_of_other_features_is_refused(features, pair):
    import polars as pl

    rows = pl.DataFrame(pl.from_arrow(features(0.0).drop("total_trades_7d").toArrow()))
    with pytest.raises(ModelError, match=r"absent \['total_trades_7d'\]"):
        pair.score(rows)
    with pytest.raises(ModelError, match="has no score map"):
        _ = replace(pair, risk=pair.loss).score_version


def test_without_champions_the_step_says_what_to_do(context):
    report = run_pass(context, RunReport("gold_scores"), (date(2026, 1, 9),))
    assert report.skipped is not None
    assert "`pumploss run train_loss_model --day 2026-01-09`" in report.skipped
