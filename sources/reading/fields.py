"""Says which fields the files of a source may hold, and refuses files with others."""

from dataclasses import dataclass

from pumploss.reasons import FileReason
from sources.reading.file_format import Format
from sources.reading.files import FileRefusedError

#: So many significant decimal digits of a binary float are sure, after some steps of arithmetic with it.
FLOAT_DIGITS = 15


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields and formats of a source's files: all that reading has to know of a source.

    Every field of a file is in `fields` (mapped) or in `ignored` (left out by name, with the reason in the source's
    module); anything else is drift and refuses the file. Fields in `optional` may be empty, and absent from JSON;
    ignored ones may be absent from any file.
    A source whose amounts come from binary floats states how many of their significant digits are sure, in
    `sure_digits`: what lies behind them is noise. 0 says that amounts are exact.
    Fields in `volatile` say when a copy was received or exported: two lines that differ in nothing else are one record.
    """

    name: str
    formats: tuple[Format, ...]
    fields: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    sure_digits: int = 0

    @property
    def all_fields(self) -> tuple[str, ...]:
        """Every field that a file of this source may hold, in the order that line digests use."""
        return (*self.fields, *self.ignored)

    @property
    def identifying_fields(self) -> tuple[str, ...]:
        """The fields that tell one record from another."""
        return tuple(name for name in self.all_fields if name not in self.volatile)

    @property
    def always_present(self) -> tuple[str, ...]:
        """The fields without which a JSON record is no record of this source."""
        return tuple(name for name in self.fields if name not in self.optional)

    @property
    def advice(self) -> str:
        """What to do about a file with other fields."""
        return (
            f"Map it or ignore it by name in sources/{self.name}.py, "
            f"or land a file with the fields {', '.join(self.all_fields)}"
        )

    def require(self, names: list[str], needed: tuple[str, ...]) -> None:
        """Refuses a file whose fields `names` are new, repeated or lack needed ones: FileRefusedError `drift`."""
        faults = [f"new field {name!r}" for name in names if name not in self.all_fields]
        faults += [f"missing field {name!r}" for name in needed if name not in names]
        faults += [f"field {name!r} stands twice" for name in dict.fromkeys(names) if names.count(name) > 1]
        if faults:
            raise FileRefusedError(FileReason.DRIFT, f"{'; '.join(faults)}. {self.advice}")
