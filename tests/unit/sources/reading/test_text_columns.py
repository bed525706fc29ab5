import itertools

import numpy as np
import pyarrow as pa

from sources.reading.text_columns import letters_of, text_column, with_nulls


def test_letters_of_a_slice_are_those_of_its_rows():
    column = pa.array(["a", None, "", "xyz", "é"]).slice(1, 4)
    letters, offsets, is_null = letters_of(column)
    texts = [bytes(letters[at:stop]).decode() for at, stop in itertools.pairwise(offsets)]
    assert texts == ["", "", "xyz", "é"]
    assert is_null.tolist() == [True, False, False, False]
    assert not letters.flags.writeable


def test_columns_without_rows_or_nulls():
    letters, offsets, is_null = letters_of(pa.array([], pa.string()))
    assert (len(letters), offsets.tolist(), len(is_null)) == (0, [0], 0)
    assert len(letters_of(pa.array(["a"]))[2]) == 0


def test_texts_end_to_end_and_some_of_them_null():
    column = text_column("aéxyz".encode(), np.array([1, 2, 0, 3]))
    assert column.to_pylist() == ["a", "é", "", "xyz"]
    assert with_nulls(column, np.zeros(4, np.bool_)) is column
    some = with_nulls(column, np.array([True, False, True, False]))
    some.validate(full=True)
    assert some.to_pylist() == [None, "é", None, "xyz"]
    assert some.null_count == 2
