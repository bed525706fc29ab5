"""What Great Expectations needs for what nobody has here is there, and loaded by whoever asks for it."""

import subprocess
import sys

from pumploss.settings import ROOT

TOLD = """
import sys
from pumploss.checks.library import LATE, great_expectations
assert great_expectations().ExpectationSuite(name="any").name == "any"
print(*(name in sys.modules for name in LATE))
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as charts
from great_expectations.expectations.metrics.column_aggregate_metrics import (
    column_bootstrapped_ks_test_p_value as statistics,
)
print(charts.alt.Chart.__name__, statistics.stats.norm.cdf(0.0))
import altair, scipy.stats
print(charts.alt.Chart is altair.Chart, statistics.stats.norm is scipy.stats.norm)
"""


def test_charts_and_statistics_are_loaded_at_first_use():
    done = subprocess.run([sys.executable, "-c", TOLD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False", "Chart 0.5", "True True"]
