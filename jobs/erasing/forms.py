"""How an address may be written: as base58, and as the bytes that it stands for, in hex or base64.

What is found by this, `jobs.bronze.named_keys` finds by hashes when a dump is replayed.
"""

import base64
import re
from dataclasses import dataclass
from functools import cached_property, reduce

import pyarrow as pa
import pyarrow.compute as pc

from jobs.bronze.named_keys import KEY_BYTES, plain
from pumploss.errors import SettingsError
from sources.interpreting.addresses import decode, decoded_length

#: What stands in texts in place of an address.
ERASED = "[erased]"
#: Texts in which letters may be escaped, for a regular expression.
_ESCAPES = r"\\(u00|/)"
_LONGEST = 44


@dataclass(frozen=True)
class Trader:
    """Names a trader by his address. Raises SettingsError for a text that is not base58 of exactly 32 bytes."""

    address: str

    def __post_init__(self) -> None:
        """Refuses what would be found all over the lake, such as a word."""
        if len(self.address) > _LONGEST or decoded_length(self.address) != KEY_BYTES:
            raise SettingsError(
                f"{self.address!r} is not an address: it has to be base58 of exactly {KEY_BYTES} bytes, 32 to "
                f"{_LONGEST} letters. Nothing was looked at, nothing was changed."
            )

    @cached_property
    def names(self) -> tuple[bytes, ...]:
        """What a tombstone hashes: the text, and the bytes that it stands for."""
        return self.address.encode(), decode(self.address)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Every text in which the address may stand inside a longer one; the second is hex, of either case."""
        key = self.names[1]
        packed = [_base64(key, before) for before in range(3)]
        for_urls = [form.translate(str.maketrans("+/", "-_")) for form in packed]
        return tuple(dict.fromkeys((self.address, key.hex(), *packed, *for_urls)))

    @cached_property
    def _needles(self) -> tuple[bytes, ...]:
        return tuple(form.encode() for form in self.forms)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        address, in_hex, *packed = map(re.escape, self.forms)
        return re.compile("|".join((address, f"(?i:{in_hex})", *packed)))

    def is_in(self, content: bytes) -> bool:
        """Whether the address stands in the content, in any form."""
        if self._is_plainly_in(content):
            return True
        is_escaped = b"\\/" in content or b"\\u00" in content
        return is_escaped and self._is_plainly_in(plain(content.decode("latin-1")).encode("latin-1"))

    def _is_plainly_in(self, content: bytes) -> bool:
        in_hex = self._needles[1]
        return any(needle in content for needle in self._needles) or in_hex in content.lower()

    def are_in(self, texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        """Tells of each text of a column whether the address stands in it, as `is_in` does; NULL holds nobody."""
        address, in_hex, *packed = self.forms
        masks = [pc.match_substring(texts, form) for form in (address, *packed)]
        masks.append(pc.match_substring(texts, in_hex, ignore_case=True))
        found = pc.fill_null(reduce(pc.or_, masks), False)
        escaped = pc.fill_null(pc.match_substring_regex(texts, _ESCAPES), False)
        if not pc.any(escaped).as_py():
            return found
        suspects = texts.filter(escaped).to_pylist()
        held = pa.array([self.is_in(text.encode()) for text in suspects], pa.bool_())
        return pc.or_(found, pc.replace_with_mask(_whole(found), _whole(escaped), held))

    def taken_from(self, text: str) -> str:
        """Puts a word in place of the address, wherever it stands; escapes are undone where it stands in one."""
        taken = self._pattern.sub(ERASED, text)
        return self._pattern.sub(ERASED, plain(taken)) if self.is_in(taken.encode()) else taken


def _whole(mask: pa.Array | pa.ChunkedArray) -> pa.Array:
    return mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask


def _base64(key: bytes, before: int) -> str:
    """Writes the letters of base64 that a key alone decides where so many bytes, modulo 3, stand before it."""
    text = base64.b64encode(bytes(before) + key).decode()
    bits = 8 * before, 8 * (before + len(key))
    return text[-(-bits[0] // 6) : bits[1] // 6]
