from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa

from pumploss.reasons import Reason
from sources import source
from sources.parsing.read_file import FileKey
from sources.parsing.schema import PARSED, Occurrences, batch, line_digests, refused_batch
from sources.reading.records import Records, refuse

KEY = FileKey(date(2026, 1, 2), "canonical", "canonical/2026-01-02/a.csv")


def test_columns_that_are_not_given_are_null():
    made = batch(2, {"kind": pa.array(["trade", "trade"])})
    assert made.schema == PARSED
    assert made["slot"].null_count == 2


def test_refused_lines_say_where_they_stand():
    row = refused_batch([refuse(7, Reason.SIGN, "why", b"raw")], KEY).to_pylist()[0]
    names = ("kind", "source", "file", "dump_day", "line_number", "reason", "raw")
    assert [row[name] for name in names] == ["refused", KEY.source, KEY.file, KEY.dump_day, 7, "sign", "raw"]


def test_equal_unsigned_lines_of_a_file_are_counted_over_its_blocks():
    occurrences = Occurrences()
    first = occurrences.number(pa.array(["a", "b", "a", "a"]), np.array([False, False, True, False]))
    assert first.to_pylist() == [1, 1, 1, 2]
    assert occurrences.number(pa.array(["a", "b"]), np.array([False, False])).to_pylist() == [3, 2]


def test_volatile_fields_do_not_tell_lines_apart():
    declared = replace(source("curve_deltas"), volatile=("ts",))
    columns = {name: pa.array(["x", "x", None]) for name in declared.all_fields} | {"ts": pa.array(["1", "2", "2"])}
    records = Records(columns, np.arange(3), lambda _row: b"")
    digests = line_digests(declared, records, np.ones(3, np.bool_)).to_pylist()
    assert digests[0] == digests[1] != digests[2]
    assert line_digests(declared, records, np.array([False, False, True])).to_pylist() == digests[2:]
