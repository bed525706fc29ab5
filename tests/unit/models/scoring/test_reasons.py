"""Why a trader has its score."""

import json
from dataclasses import replace

import numpy as np
import pytest

from models.artifacts import read
from models.peers import peers
from models.scoring.answers import TOLD_FROM_SOL, both, risks
from models.scoring.calibration import Calibrator, logit
from models.scoring.errors import ScoringError
from models.scoring.peers import Peers
from models.scoring.reasons import FIRST_REASONS, MOST_REASONS, NEAR, Explainer
from models.scoring.sentences import ONE_POINT, points
from models.scoring.served import Input, Served
from models.scoring.trees import raw
from pumploss.tables.gold_scores import TABLE

SLOPE = Calibrator(0.8, -0.3)
UNITS = {"loss_ratio": "share", "size": "sol", "noise": "seconds", "calm": ""}


@pytest.fixture(scope="module")
def told(inputs):
    """The inputs with what is said of them."""
    return tuple(
        replace(one, topic=f"The {one.group} of this wallet", meaning=f"its {one.name}", unit=UNITS[one.name])
        for one in inputs
    )


def is_near(value, median):
    return abs(value - median) <= NEAR * max(abs(value), abs(median))


def answered(model, calibrator, x):
    """The calibrated log-odds of the rows."""
    return calibrator.log_odds(raw(model.booster, x))


@pytest.fixture(scope="module")
def rows(planted):
    return planted(seed=9).x


@pytest.fixture(scope="module")
def usual(planted, risk):
    return peers(planted(), risk.booster.feature_name())


def test_contributions_and_what_all_begin_with_are_the_published_log_odds(risk, told, rows, usual):
    served = Served("risk-score", "1", risk.booster.model_to_string(), SLOPE, told, risk.score_map, {}, peers=usual)
    published = risks(served, rows, np.ones(len(rows)))
    found = Explainer(served.booster, SLOPE, told).contributions(rows, answered(served, SLOPE, rows))
    np.testing.assert_allclose(found.base + found.by_group.sum(axis=1), logit(published.p_severe), rtol=0, atol=1e-9)
    for row, text in enumerate(published.reasons):
        for one in json.loads(text):
            added = found.by_group[row, found.groups.index(one["group"])]
            assert one["contribution"] == added


def test_where_a_loss_holds_the_risk_back_the_reasons_say_so_and_add_up_to_what_is_published(risk, told, rows, usual):
    served = Served("risk-score", "1", risk.booster.model_to_string(), SLOPE, told, risk.score_map, {}, peers=usual)
    p_loss = np.linspace(0.001, 0.999, len(rows))
    published = risks(served, rows, p_loss)
    found = Explainer(served.booster, SLOPE, told).contributions(rows, answered(served, SLOPE, rows))
    is_held = found.log_odds > logit(p_loss)
    listed = [json.loads(text) for text in published.reasons]
    seen = {"held": 0, "free": 0}
    for row, of_row in enumerate(listed):
        held = [one for one in of_row if one["group"] == "p_loss"]
        if not of_row:
            continue
        assert len(held) == is_held[row]
        taken = sum(one["contribution"] for one in held)
        total = found.base[row] + found.by_group[row].sum() + taken
        assert total == pytest.approx(logit(published.p_severe[row]), abs=1e-9)
        if held:
            assert of_row[-1] is held[0]
            assert held[0]["value"] == p_loss[row]
            assert f" takes off {points(np.array([-taken]))[0]}." in held[0]["text"]
        seen["held" if held else "free"] += 1
    assert min(seen.values()) > 10


def test_a_reason_says_what_its_strongest_feature_adds_alone_on_whichever_side_of_the_usual(risk, told, rows):
    single = risk.booster.predict(rows, pred_contrib=True) * SLOPE.slope
    names = risk.booster.feature_name()
    sides = {name: set() for name in names}
    usual = Peers(tuple((name, float(np.nanmedian(column))) for name, column in zip(names, rows.T, strict=True)))
    for row, text in enumerate(Explainer(risk.booster, SLOPE, told, usual).reasons(rows, answered(risk, SLOPE, rows))):
        for one in json.loads(text):
            place = names.index(one["feature"])
            members = [other for other, given in enumerate(told) if given.group == one["group"]]
            known = [other for other in members if not np.isnan(rows[row, other])]
            unusual = [other for other in known if not is_near(rows[row, other], usual.of([names[other]])[0])]
            assert one["feature_contribution"] == single[row, place] > 0
            if one["value"] is None:
                assert all(single[row, other] <= 0 for other in unusual)
                assert single[row, place] == max(single[row, other] for other in members if other not in known)
            else:
                assert single[row, place] == max(single[row, other] for other in unusual)
                assert "no other than the usual" not in one["text"]
            assert one["text"].endswith(f" Alone it adds {points(np.array([single[row, place]]))[0]}.")
            if one["value"] is not None:
                sides[one["feature"]].add(one["value"] > one["peer_median"])
    # The law would say nothing if every named value lay on one side.
    assert any(len(found) == 2 for found in sides.values())


def test_parts_that_do_not_add_up_are_refused(risk, told, rows):
    log_odds = answered(risk, SLOPE, rows[:50])
    log_odds[7] += 1e-6
    with pytest.raises(ScoringError, match="off the log-odds that they explain"):
        Explainer(risk.booster, SLOPE, told).contributions(rows[:50], log_odds)


def test_reasons_name_the_groups_that_raise_the_risk_strongest_first(risk, told, usual):
    x = np.array([[3.0, 1.0, 0.0, 3.0], [-3.0, np.nan, np.nan, -3.0]])
    high, low = (
        json.loads(text)
        for text in Explainer(risk.booster, Calibrator(2.0, 0.0), told, usual).reasons(
            x, answered(risk, Calibrator(2.0, 0.0), x)
        )
    )
    assert high[0]["group"] == "losses"
    assert high[0]["feature"] in ("loss_ratio", "calm")
    assert high[0]["value"] == 3.0
    place = risk.booster.feature_name().index(high[0]["feature"])
    assert high[0]["peer_median"] == usual.of(risk.booster.feature_name())[place]
    assert high[0]["text"].startswith("The losses of this wallet: ")
    assert f"(its {high[0]['feature']}). Alone it adds " in high[0]["text"]
    for found in (high, low):
        contributions = [one["contribution"] for one in found]
        assert contributions == sorted(contributions, reverse=True)
        assert all(value > 0 for value in contributions)
        assert len(found) <= MOST_REASONS
    assert all(one["group"] != "losses" for one in low)
    assert Explainer(risk.booster, SLOPE, told, usual).reasons(x[:0], answered(risk, SLOPE, x[:0])) == []


def test_from_the_fourth_on_a_reason_adds_a_point(risk, told, rows):
    alone = tuple(replace(one, group=one.name) for one in told)
    found = Explainer(risk.booster, SLOPE, alone).contributions(rows, answered(risk, SLOPE, rows))
    for row, text in enumerate(Explainer(risk.booster, SLOPE, alone).reasons(rows, answered(risk, SLOPE, rows))):
        ordered = sorted((value for value in found.by_group[row] if value > 0), reverse=True)
        expected = ordered[:FIRST_REASONS] + [value for value in ordered[FIRST_REASONS:] if value > ONE_POINT]
        assert [one["contribution"] for one in json.loads(text)] == expected


def test_a_sentence_says_value_usual_value_and_what_is_meant(risk, told):
    medians = Peers((("loss_ratio", 0.5), ("size", 2.0), ("noise", 90.0), ("calm", None)))
    x = np.array([[0.5, 0.75, 7_200.0, 1.5], [0.5, 3.0, np.nan, 1.5]])
    alone = tuple(replace(one, group=one.name) for one in told)
    texts = {}
    for row, text in enumerate(
        Explainer(risk.booster, Calibrator(1.0, 0.0), alone, medians).reasons(
            x, answered(risk, Calibrator(1.0, 0.0), x)
        )
    ):
        texts |= {(row, one["feature"]): one["text"] for one in json.loads(text)}
    known = {
        (0, "loss_ratio"): "50 %, no other than the usual 50 % (its loss_ratio).",
        (1, "loss_ratio"): "50 %, no other than the usual 50 % (its loss_ratio).",
        (0, "size"): "0.75 SOL, below the usual 2 SOL (its size).",
        (1, "size"): "3 SOL, above the usual 2 SOL (its size).",
        (0, "noise"): "2 hours, above the usual 1.5 minutes (its noise).",
        (1, "noise"): "nothing known (its noise).",
        (0, "calm"): "1.5 (its calm).",
        (1, "calm"): "1.5 (its calm).",
    }
    assert texts
    for key, text in texts.items():
        assert text.partition(": ")[2].partition(" Alone it adds ")[0] == known[key]


def test_what_a_registered_version_lacks_is_left_out(risk, rows):
    bare = tuple(Input(name, group, 0) for name, group in zip(UNITS, "abcd", strict=True))
    x = np.array([[3.0, 1.0, 0.0, 3.0]])
    (found,) = map(json.loads, Explainer(risk.booster, SLOPE, bare).reasons(x, answered(risk, SLOPE, x)))
    assert found[0]["peer_median"] is None
    assert "usual" not in found[0]["text"]


def test_a_low_band_has_no_reasons_and_a_high_one_has(risk, told, rows, usual):
    served = Served("risk-score", "1", risk.booster.model_to_string(), SLOPE, told, risk.score_map, {}, peers=usual)
    published = risks(served, rows, np.ones(len(rows)))
    for band, text in zip(published.risk_band, published.reasons, strict=True):
        assert (text == "[]") == (band in ("very low", "low")), band


def test_who_is_said_to_lose_much_is_told_why_whatever_the_band(risk, told, rows, usual, model, folder_of):
    served = Served("risk-score", "1", risk.booster.model_to_string(), SLOPE, told, risk.score_map, {}, peers=usual)
    path, digests = folder_of(model)
    loss = read(path, path.name, "1", digests)
    losses, published = both(loss.predictor.losses(rows), loss, served, rows)
    everybody = Explainer(served.booster, SLOPE, told, usual).reasons(rows, answered(served, SLOPE, rows))
    is_calm = np.isin(published.risk_band, ("very low", "low"))
    is_much = (losses.expected_loss_sol >= TOLD_FROM_SOL) | (losses.loss_p90_sol >= TOLD_FROM_SOL)
    for is_told, text, raised in zip(~is_calm | is_much, published.reasons, everybody, strict=True):
        given = [one for one in json.loads(text) if one["group"] not in ("p_loss", "loss_p90_sol", "loss_p50_sol")]
        assert given == (json.loads(raised) if is_told else [])
    assert sum(text != "[]" for text in np.array(published.reasons)[is_calm & is_much]) > 10
    assert (is_calm & ~is_much).sum() > 10


def test_the_contract_of_scores_allows_reasons_to_the_same():
    much = f"OR expected_loss_sol >= {TOLD_FROM_SOL:g} OR loss_p90_sol >= {TOLD_FROM_SOL:g} OR reasons = '[]'"
    assert much in str(TABLE.checks)


def test_what_is_as_usual_is_no_reason(risk, told, rows):
    """The medians are the values of the row itself: whatever raises its risk, nothing of it tells why."""
    row = rows[~np.isnan(rows).any(axis=1) & (rows[:, 0] > 2)][:1]
    alike = Peers(tuple(zip(risk.booster.feature_name(), row[0], strict=True)))
    log_odds = answered(risk, SLOPE, row)
    assert Explainer(risk.booster, SLOPE, told, alike).reasons(row, log_odds) == ["[]"]
    assert Explainer(risk.booster, SLOPE, told).reasons(row, log_odds) != ["[]"]


def test_a_value_that_is_missing_is_told_only_where_none_that_is_known_tells(risk, told, usual):
    x = np.array([[3.0, np.nan, np.nan, 3.0], [np.nan, np.nan, np.nan, np.nan]])
    both_missing = tuple(replace(one, group="all") for one in told)
    known, unknown = (
        json.loads(text)
        for text in Explainer(risk.booster, SLOPE, both_missing, usual).reasons(x, answered(risk, SLOPE, x))
    )
    assert known[0]["value"] == 3.0
    assert all(one["value"] is None for one in unknown)
