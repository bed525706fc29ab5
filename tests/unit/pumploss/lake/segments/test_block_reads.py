"""Values are looked up in the newest segment that holds them."""

from random import Random

import numpy as np
import pyarrow as pa
import pytest

from pumploss.lake.segments import blocks as segment_blocks
from pumploss.lake.segments.block_reads import read_chunk
from tests.building.segments import D1, STATE, days_from, hash_of, segment_of


@pytest.mark.parametrize("bits", [16, 62])
def test_the_newest_segment_that_holds_a_value_gives_its_rows(tmp_path, monkeypatch, bits):
    """With 62 bits left out nearly every value seems to be in every segment, so each is looked for further down."""
    monkeypatch.setattr(segment_blocks, "LEFT_OUT_BITS", bits)
    from pumploss.lake.segments.block_reads import candidates, reads_table

    rng = Random(7)
    history = [[(f"thing-{rng.randrange(60)}", rng.randrange(99), day) for _ in range(25)] for day in days_from(D1, 5)]
    history = [list({row[0]: row for row in rows}.values()) for rows in history]
    made = [segment_of(tmp_path / str(n), rows) for n, rows in enumerate(history)][::-1]
    wanted = [f"thing-{n}" for n in range(80)]
    hashes = np.array([hash_of(name) for name in wanted])
    indexes = [index for _, index in made]
    opened = []
    reads = candidates(
        hashes, np.full(80, -1), len(made), True, lambda n: indexes[n], lambda *seen: opened.append(len(seen[2]))
    )
    found = read_chunk(
        reads_table(reads, pa.array(wanted), hashes, np.zeros(reads.shape[1], np.int64)), STATE, [p for p, _ in made]
    )
    latest = {row[0]: row for rows in history for row in rows}
    assert sorted(zip(*(found[name].to_pylist() for name in ("thing", "size_units", "day")), strict=True)) == sorted(
        latest.values()
    )
    if bits == 16:
        assert sum(opened) == len(latest), "each value is read once, from its newest segment"
