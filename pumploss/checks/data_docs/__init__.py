"""Keeps Data Docs: what Great Expectations said of every table, as web pages, for the latest nights.

`keep` stores a result where it is judged, whatever process that is in; `build` makes the pages that are missing, and
the index. Great Expectations has browsers load looks and scripts from public addresses; `offline` takes that out, and a
plain list below the index leads to the pages.
"""

from pumploss.checks.data_docs.keeping import Failed, keep
from pumploss.checks.data_docs.site import build, has_results, index, is_current, outdated, results, torn

__all__ = ["Failed", "build", "has_results", "index", "is_current", "keep", "outdated", "results", "torn"]
