"""How an address may be written: as base58, and as the bytes that it stands for, in hex or base64."""

import base64
from dataclasses import dataclass
from functools import cached_property

from sources.interpreting.addresses import decode, decoded_length

_KEY_BYTES = 32


@dataclass(frozen=True)
class Trader:
    """Names a trader by his address."""

    address: str

    @cached_property
    def names(self) -> tuple[bytes, ...]:
        """What a tombstone hashes: the text, and the bytes that it stands for where it is base58 of a key."""
        is_key = decoded_length(self.address) == _KEY_BYTES
        return (self.address.encode(), decode(self.address)) if is_key else (self.address.encode(),)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Every text in which the address may stand inside a longer one."""
        raw = self.names[1:]
        return (self.address, *(form for key in raw for form in (key.hex(), *map(_base64, [key] * 3, range(3)))))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """The same as bytes."""
        return tuple(form.encode() for form in self.forms)

    def is_in(self, content: bytes) -> bool:
        """Whether the address stands in the content, in any form."""
        return any(needle in content for needle in self.needles)


def _base64(key: bytes, before: int) -> str:
    """Writes the letters of base64 that a key alone decides where so many bytes, modulo 3, stand before it."""
    text = base64.b64encode(bytes(before) + key).decode()
    bits = 8 * before, 8 * (before + len(key))
    return text[-(-bits[0] // 6) : bits[1] // 6]
