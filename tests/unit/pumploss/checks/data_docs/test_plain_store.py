"""The text of a stored result."""

import pytest
from great_expectations.data_context.store import ValidationResultsStore

from pumploss.checks.data_docs.plain_store import PlainResults
from tests.building.judged import judged

NONE = float("nan")


@pytest.mark.parametrize("values", [(0, 0, 0), (2, -1, 0), (NONE, 3.5, 1), (NONE, NONE, NONE), (float("inf"), 1, 0)])
def test_the_text_is_the_one_of_great_expectations(values):
    result = judged(*values).result
    result.meta["run_id"] = {"run_name": "2026-01-05", "run_time": "2026-01-06T00:00:00+00:00"}
    assert PlainResults().serialize(result) == ValidationResultsStore().serialize(result)
