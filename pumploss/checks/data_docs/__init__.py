"""Keeps Data Docs: what Great Expectations said of every table, as web pages, for the latest nights.

`keep` stores a result where it is judged, whatever process that is in; `build` makes the pages that are missing, and
the first page. Great Expectations has browsers load looks and scripts from public addresses, and its first page is
nothing without them: `offline` takes them out of the others, and `first_page` makes that one.
"""

from pumploss.checks.data_docs.first_page import index
from pumploss.checks.data_docs.judgements import Judgement, judgement
from pumploss.checks.data_docs.keeping import Failed, keep
from pumploss.checks.data_docs.site import build, has_results, is_current, outdated, results, torn

__all__ = [
    "Failed",
    "Judgement",
    "build",
    "has_results",
    "index",
    "is_current",
    "judgement",
    "keep",
    "outdated",
    "results",
    "torn",
]
