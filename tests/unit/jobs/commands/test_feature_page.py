"""The catalogue of features."""

import json

import pytest

from features.registry import features
from jobs.commands import feature_page

BY_NAME = {one.name: one for one in features()}


def line_of(text, name):
    return next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))


def test_a_feature_has_its_figures_and_who_uses_it_on_one_line():
    figure = json.loads(feature_page.FIGURES.read_text(encoding="utf-8"))["features"]["win_rate_30d"]
    line = line_of(feature_page.page("made"), "win_rate_30d")
    assert BY_NAME["win_rate_30d"].description in line
    assert f"| {figure['missing']:.1%} |" in line
    assert "".join(feature_page.BARS[level] for level in figure["bars"]) in line
    assert "| models, `LossPredictionFeatures` |" in line
    assert "| `positions_closed_30d` | nightly |" in line


def test_every_line_has_a_cell_per_column():
    lines = [line for line in feature_page.page("made").splitlines() if line.startswith("| `")]
    assert len(lines) == len(features())
    assert {line.replace("\\|", "").count("|") for line in lines} == {16}


def test_a_feature_that_came_after_the_figures_has_a_line_without_any(tmp_path, monkeypatch):
    figures = json.loads(feature_page.FIGURES.read_text(encoding="utf-8"))
    del figures["features"]["win_rate_30d"]
    (tmp_path / "old.json").write_text(json.dumps(figures))
    monkeypatch.setattr(feature_page, "FIGURES", tmp_path / "old.json")
    assert "|  |  |  |  |  |" in line_of(feature_page.page("made"), "win_rate_30d")


def test_those_who_use_features_name_ones_that_exist():
    assert not {name for names in feature_page.USERS.values() for name in names} - BY_NAME.keys()


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("buys_30d", "never"),
        ("win_rate_30d", "without one"),
        ("bag_ratio_30d", "where none was opened"),
        ("fee_drag_30d", "without `buys_30d`, or where what it is divided by is 0"),
    ],
)
def test_when_a_feature_is_missing_is_said(name, meaning):
    assert feature_page.missing_meaning(BY_NAME[name]) == meaning
