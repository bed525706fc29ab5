"""Digests the content of files, against rot and not against forgery."""

import zlib
from pathlib import Path
from typing import Final

import xxhash

from pumploss.errors import DamagedError

_BLOCK_BYTES: Final = 1 << 20
_SEAL_BYTES: Final = 4


def digest_of(path: str | Path) -> str:
    """Digest the content of a local file: sixteen hex digits. Several GB a second, so reading is what takes time."""
    hasher, block = xxhash.xxh3_64(), bytearray(_BLOCK_BYTES)
    view = memoryview(block)
    with Path(path).open("rb", buffering=0) as file:
        while count := file.readinto(block):
            hasher.update(view[:count])
    return hasher.hexdigest()


def sealed(content: bytes) -> bytes:
    """Append a checksum to content, so that it can be told apart from what rot made of it."""
    return content + zlib.crc32(content).to_bytes(_SEAL_BYTES, "big")


def unsealed(content: bytes) -> bytes:
    """Return what was sealed. Raises DamagedError where it is not what was sealed."""
    body, seal = content[:-_SEAL_BYTES], content[-_SEAL_BYTES:]
    if zlib.crc32(body).to_bytes(_SEAL_BYTES, "big") != seal:
        raise DamagedError("its content is not what was written")
    return body
