"""What is kept of a judged table."""

import json

from pumploss import checks
from pumploss.checks import data_docs
from tests.building.judged import judged, pages, stored


def test_the_result_is_the_one_of_great_expectations(folder, keep):
    keep(found=judged(2, -1, 0))
    (path,) = (folder / "validations").rglob("*.json")
    found = json.loads(path.read_text())
    assert found["success"] is False
    assert found["statistics"]["unsuccessful_expectations"] == 2
    assert [one["success"] for one in found["results"]] == [False, False, True]
    assert found["results"][1]["result"]["observed_value"] == -1
    kinds = {one["expectation_config"]["type"] for one in found["results"]}
    assert kinds == {"expect_column_max_to_be_between", "expect_column_min_to_be_between"}


def test_a_night_run_again_takes_the_place_of_the_first(folder, keep):
    keep(found=judged(2, 0, 0))
    data_docs.build(folder)
    (before,) = pages(folder)
    keep()
    data_docs.build(folder)
    (after,) = pages(folder)
    assert before != after
    assert stored(folder) == [("2026-01-05", "things")]


def test_nothing_judged_keeps_nothing(folder, keep):
    keep(found=checks.Judged())
    assert not data_docs.has_results(folder)
