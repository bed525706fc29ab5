import json
import random

import numpy as np
import pyarrow as pa
import pytest

from sources.reading.json_text import read_nested
from sources.reading.nested_text import uniform


def written(*texts):
    is_odd = np.zeros(len(texts), np.bool_)
    column, quotes = uniform(pa.array(texts, pa.string()), is_odd)
    column.validate(full=True)
    return column.to_pylist(), quotes.tolist(), is_odd.tolist()


def value(rng, depth=0):
    """A random value whose texts need no escape."""
    kind = rng.randrange(8 if depth < 5 else 6)
    if kind < 4:
        return rng.choice(["", "x", "a: -1, [2]", "{}", "null", True, False, None])
    if kind < 6:
        return rng.choice([0, -1, 5, 10**25, 1.5, -2.5e-30, 1e300])
    if kind == 6:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {f"k{rng.randrange(50)}": value(rng, depth + 1) for _ in range(rng.randrange(5))}


def test_values_are_written_as_the_standard_library_would():
    rng = random.Random(3)
    values = [rng.choice(([value(rng)], {"x": value(rng)})) for _ in range(2_000)]
    styles = [{"separators": (",", ":")}, {}, {"indent": 1}, {"separators": (" , ", "\t:")}]
    texts = [json.dumps(one, **rng.choice(styles)) for one in values]
    expected = [json.dumps(read_nested(text), separators=(",", ":")) for text in texts]
    found, quotes, is_odd = written(*texts)
    assert found == expected
    assert quotes == [text.count('"') for text in texts]
    assert not any(is_odd)


@pytest.mark.parametrize(
    ("text", "is_odd"),
    [
        ('{"x":1,"x":2}', True),
        ('{"x":1,"y":{"x":1}}', False),
        ('[{"x":1},{"x":1}]', False),
        ('{"y":[{"x":1}],"x":{"x":[]},"z":1,"y":2}', True),
        ('{"x" :1, "x": 2}', True),
        ('{"x":"y","y":"x","xx":1}', False),
        ("[-0]", True),
        ("[-0.0,0,-10]", False),
        ('["-0"]', False),
        ("[" * 63 + "]" * 63, False),
        ("[" * 64 + "]" * 64, True),
        ("[" * 70_000 + "]" * 70_000, True),
        (json.dumps({str(n): n for n in range(600)}), True),
    ],
)
def test_what_cannot_be_written_is_odd_and_does_not_spoil_its_neighbours(text, is_odd):
    found, _, odd = written('{"x":1}', text, "[2]")
    assert odd == [False, is_odd, False]
    assert [found[0], found[2]] == ['{"x":"1"}', '["2"]']


def test_odd_texts_are_not_looked_at():
    is_odd = np.array([True, False])
    column, _ = uniform(pa.array(['["\\"', "[1]"]), is_odd)
    assert column.to_pylist()[1] == '["1"]'
    assert is_odd.tolist() == [True, False]
