"""Makes msgspec decoders of JSON objects for the fields and kinds of value that a file has shown so far.

A field that is a text, an integer or a boolean is decoded as that, or as null, and must be there. Any other is kept as
the bytes of its JSON (`msgspec.Raw`), so numbers keep their text; no bytes mean that the field is absent.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from sources.reading.json_text import Number

#: A message of msgspec that names the field that does not fit: of another kind, missing, or unknown.
_NAMES_FIELD = re.compile(r"at `\$\.(?P<other_kind>.+)`\Z|(?:required|unknown) field `(?P<not_expected>.+)`\Z")
_INTEGER = re.compile(r"-?[0-9]+\Z", re.ASCII)
_ABSENT = msgspec.Raw(b"")

#: What a field holds; `Raw` is anything, or nothing.
Kind = type[str] | type[int] | type[bool] | type[msgspec.Raw]


@dataclass(frozen=True)
class Shape:
    """The fields of a file's objects in the order in which they stand there, each with its kind."""

    kinds: tuple[tuple[str, Kind], ...] = ()

    @classmethod
    def of(cls, records: list[dict[str, Any]], known: tuple[str, ...]) -> "Shape":
        """Takes the shape of some objects as the standard library reads them, unknown fields left out."""
        kinds: dict[str, set[Kind | None]] = {}
        for record in records:
            for name, value in record.items():
                if name in known:
                    kinds.setdefault(name, set()).add(_kind(value))
        always = [name for name in kinds if all(name in record for record in records)]
        return cls(tuple((name, _only(of_name) if name in always else msgspec.Raw) for name, of_name in kinds.items()))

    def widened(self, name: str) -> "Shape":
        """Answers this shape with a field that may hold anything."""
        return Shape(tuple({**dict(self.kinds), name: msgspec.Raw}.items()))

    @property
    def decoder(self) -> msgspec.json.Decoder[Any]:
        """The decoder of such objects; their fields are attributes in the order of `kinds`: `f0`, `f1`, ..."""
        return _decoder(self.kinds)


def misfit(error: Exception) -> str | None:
    """Reads in a message of msgspec for the sake of which field an object was not decoded; None where it names none."""
    field = _NAMES_FIELD.search(str(error))
    return (field["other_kind"] or field["not_expected"]) if field else None


def _kind(value: Any) -> Kind | None:
    """Answers what a field is decoded as that holds such a value; None for null, which any kind may be."""
    if value is None:
        return None
    if isinstance(value, Number):
        return int if _INTEGER.match(value) else msgspec.Raw
    if isinstance(value, bool):
        return bool
    return str if isinstance(value, str) else msgspec.Raw


def _only(kinds: set[Kind | None]) -> Kind:
    """Answers the one kind of a field; `Raw` where it is of several, or never more than null."""
    stated = kinds - {None}
    return stated.pop() or msgspec.Raw if len(stated) == 1 else msgspec.Raw


@lru_cache(256)
def _decoder(kinds: tuple[tuple[str, Kind], ...]) -> msgspec.json.Decoder[Any]:
    members = [
        (f"f{place}", kind, _ABSENT) if kind is msgspec.Raw else (f"f{place}", kind | None)
        for place, (_, kind) in enumerate(kinds)
    ]
    # Objects of texts and numbers form no cycles, so the garbage collector need not follow them: it would take longest.
    record = msgspec.defstruct(
        "Record",
        members,
        rename={f"f{place}": name for place, (name, _) in enumerate(kinds)},
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )
    return msgspec.json.Decoder(record)
