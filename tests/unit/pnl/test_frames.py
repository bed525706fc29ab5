"""Frames of rows whose text lies in dictionaries."""

import polars as pl
import pyarrow as pa

from pnl.frames import framed


def test_rows_of_two_walks_meet_by_their_text_however_each_numbers_it():
    one, two = (
        pa.table({"mint": pa.array(mints).dictionary_encode(), "units": range(3)})
        for mints in (["cat", "dog", "cat"], ["dog", "owl", "dog"])
    )
    both = framed(one).join(framed(two), on="mint")
    assert both.schema["mint"] == pl.String
    assert sorted(both.rows()) == [("dog", 1, 0), ("dog", 1, 2)]
