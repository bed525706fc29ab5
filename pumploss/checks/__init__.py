"""Turns contracts into Great Expectations suites: one query measures a staged table, the suite judges it.

Where do I go to...? Measure something new: `measuring.py`. Change how a check becomes an expectation: `judging.py`.
Change which rows of a failed check are shown: `examples.py`. Change what Data Docs show and keep: `data_docs/`.
"""

from pumploss.checks.examples import CHARACTERS, examples
from pumploss.checks.judging import Judged, Verdict, confirmed, failures, judge, judged, stops, suite
from pumploss.checks.measuring import Measured, digests, measure

__all__ = [
    "CHARACTERS", "Judged", "Measured", "Verdict",
    "confirmed", "digests", "examples", "failures", "judge", "judged", "measure", "stops", "suite",
]  # fmt: skip
