"""Digests tell rot."""

import pytest

from pumploss.errors import DamagedError
from pumploss.lake.digests import digest_of, sealed, unsealed


def test_every_flipped_bit_of_what_was_sealed_is_noticed():
    content = sealed(b"what was written")
    assert unsealed(content) == b"what was written"
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedError):
            unsealed(bytes(flipped))
    for cut in range(len(content)):
        with pytest.raises(DamagedError):
            unsealed(content[:cut])


def test_the_digest_of_a_file_does_not_depend_on_how_it_is_read(tmp_path):
    (tmp_path / "long").write_bytes(bytes(3_000_001))
    (tmp_path / "same").write_bytes(bytes(3_000_001))
    (tmp_path / "other").write_bytes(bytes(3_000_000) + b"1")
    assert digest_of(tmp_path / "long") == digest_of(tmp_path / "same") != digest_of(tmp_path / "other")
    assert len(digest_of(tmp_path / "long")) == 16
