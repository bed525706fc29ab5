"""Addresses and signatures that short names always stand for."""

import hashlib

from sources.interpreting.addresses import encode


def address(name: str, size: int = 32) -> str:
    """Makes a valid base58 address (or, with 64 bytes, signature) of a short name."""
    return encode(hashlib.shake_256(name.encode()).digest(size))
