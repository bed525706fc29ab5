"""Expectations judge what they are handed as Great Expectations judges a whole batch by itself."""

import great_expectations as gx
import pandas as pd
import pytest

from pumploss import checks
from pumploss.checks.judging import labels
from pumploss.contract import Check, Metric

NONE = float("nan")
LOWEST = Check(Metric.MINIMUM, "size_units", "", lowest=0)
HIGHEST = Check(Metric.MAXIMUM, "size_units", "", highest=9)
BOTH = Check(Metric.ROW_COUNT, "", "", lowest=2, highest=4)
COLUMNS = [[0.0], [9.0, -1.0], [10.0, NONE, 3.0], [NONE, 2.0], [NONE], [NONE, NONE], [1.0, 1.0, 5.0, 4.0]]


@pytest.fixture(scope="module")
def validated():
    """Lets Great Expectations find out for itself what to measure."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("by_itself").add_dataframe_asset("metrics")
    whole = asset.add_batch_definition_whole_dataframe("all")
    return lambda frame, suite: whole.get_batch({"dataframe": frame}).validate(suite, result_format="BASIC")


def plain(result):
    found = result.to_json_dict()
    found.pop("meta")
    for one in found["results"]:
        one["expectation_config"]["kwargs"].pop("batch_id", None)
    return found


@pytest.mark.parametrize("values", COLUMNS)
def test_what_is_said_of_a_column_is_what_the_library_says_by_itself(validated, values):
    wanted = [LOWEST, HIGHEST, BOTH]
    found = checks.judged("things", wanted, pd.DataFrame({f"m{number}": values for number in range(3)}))
    made = [one.expectation_config.to_domain_obj() for one in found.result.results]
    frame = pd.DataFrame(dict.fromkeys(labels(wanted), values))
    assert plain(found.result) == plain(validated(frame, gx.ExpectationSuite(name="things", expectations=made)))


def test_a_page_may_say_more_of_one_day_without_the_next_saying_it():
    metrics = pd.DataFrame({"m0": [0.0]})
    first, second = (checks.judged("things", [LOWEST], metrics).result.results[0] for _ in range(2))
    first.expectation_config.description = "changed"
    assert second.expectation_config.description != "changed"
    assert checks.judged("things", [LOWEST], metrics).suite.expectations[0].description != "changed"
