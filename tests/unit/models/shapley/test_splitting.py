"""What each input adds to what trees say: to the last bit what LightGBM says itself."""

import numpy as np
import pytest

from models.scoring import trees
from models.scoring.trees import library
from models.shapley import splitting
from models.shapley.splitting import split

ROWS, INPUTS = 3_000, 6


@pytest.fixture(scope="module")
def rows():
    """Rows of which every input is missing at times but the last, with numbers that LightGBM reads as 0."""
    draw = np.random.default_rng(6)
    x = draw.normal(size=(ROWS, INPUTS))
    x[draw.random(x.shape) < 0.1] = np.nan
    x[draw.random(x.shape) < 0.05] = 1e-36
    x[draw.random(x.shape) < 0.05] = 0.0
    x[:, -1] = draw.integers(-3, 3, ROWS)
    return x


@pytest.fixture(scope="module")
def grown(rows):
    """`grown(rounds, **parameters)`: a booster of trees that split one input several times on a path."""

    def grow(rounds=30, categories=(), **parameters):
        known = np.nan_to_num(rows)
        outcome = known[:, 0] * known[:, 1] + np.abs(known[:, -1]) + np.isnan(rows[:, 2]) > 1.5
        given = {"objective": "binary", "num_threads": 1, "verbosity": -1, "min_data_in_leaf": 5, **parameters}
        data = library().Dataset(rows, outcome, categorical_feature=list(categories))
        return library().train(given, data, num_boost_round=rounds)

    return grow


@pytest.mark.parametrize(
    "parameters",
    [
        {"num_leaves": 15, "max_depth": 4, "path_smooth": 10.0, "lambda_l2": 5.0},
        {"num_leaves": 64, "max_depth": 7},
        {"num_leaves": 31, "use_missing": False},
        {"num_leaves": 15, "min_gain_to_split": 40.0, "learning_rate": 0.5},
        {"num_leaves": 15, "min_data_in_leaf": ROWS},
    ],
    ids=["as specified", "deep", "nothing counts as missing", "trees of few splits", "trees without a split"],
)
def test_the_parts_are_lightgbms_to_the_last_bit(grown, rows, parameters, monkeypatch):
    booster = grown(**parameters)
    expected = trees.split(booster, rows)
    monkeypatch.setattr(trees, "split", None)
    np.testing.assert_array_equal(split(booster, rows), expected)
    np.testing.assert_array_equal(split(booster, rows[:1]), expected[:1])
    assert split(booster, rows[:0]).shape == (0, INPUTS + 1)


def test_paths_split_an_input_more_than_once(grown):
    made = splitting._tables(grown(num_leaves=15, max_depth=4))
    roots, _, _, _, _, left, right, _, first_member, members, _ = made

    def leaves(place, depth):
        return [(~place, depth)] if place < 0 else [*leaves(left[place], depth + 1), *leaves(right[place], depth + 1)]

    found = [(first_member[leaf + 1] - first_member[leaf], depth) for root in roots for leaf, depth in leaves(root, 0)]
    assert any(count < depth for count, depth in found), "the tests above would not meet what is taken out of a path"
    assert len(members) == sum(count for count, _ in found)


def test_trees_that_tables_are_not_made_for_are_asked_themselves(grown, rows, monkeypatch):
    of_categories = grown(categories=[INPUTS - 1])
    assert splitting._tables(of_categories) is None
    np.testing.assert_array_equal(split(of_categories, rows), trees.split(of_categories, rows))
    zeros = grown(zero_as_missing=True)
    assert splitting._tables(zeros) is None
    monkeypatch.setattr(splitting, "MOST_TERMS", 5_000)
    many = grown(num_leaves=64, max_depth=7)
    assert splitting._tables(many) is None
    np.testing.assert_array_equal(split(many, rows), trees.split(many, rows))


def test_rows_in_single_precision_are_split_as_the_same_numbers_are(grown, rows):
    booster, single = grown(num_leaves=15, max_depth=4), rows.astype(np.float32)
    np.testing.assert_array_equal(split(booster, single), split(booster, single.astype(np.float64)))
