"""What a source format is: cadence, fields, and the function that reads lines as trades."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from sources.interpreting.rows import Rows


class Cadence(StrEnum):
    """`daily`: a day that is missing is an error. `sample`: only the days that exist are run."""

    DAILY = "daily"
    SAMPLE = "sample"


class Format(StrEnum):
    """How a file's records are laid out, by its ending."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Source:
    """One source format; its landing folder bears its name.

    Every field of a file is in `fields` (mapped) or in `ignored` (left out by name, with the reason
    in the module); anything else is drift and refuses the file. Fields in `optional` may be empty,
    and absent from JSON; ignored ones may be absent from JSON and Parquet, and from the header of a CSV
    if they are in `may_lack`. `interpret` turns columns of text into columns of `bronze_trades`; what it
    leaves out is NULL. A row with an `event_kind` is no trade but a row of `bronze_token_events`, whose columns it has.
    A source that decodes bytes counts those that it does not know as `trailing_bytes`.
    Fields in `volatile` say when a copy was received or exported: two lines that differ in nothing
    else are one record. Where several sources hold trades of one mint in one transaction, those of the source with the
    lowest `precedence` count, whole.
    """

    name: str
    cadence: Cadence
    formats: tuple[Format, ...]
    fields: tuple[str, ...]
    interpret: "Callable[[Rows], dict[str, pa.Array]]"
    units: str
    identity: str
    order: str
    time_field: str
    precedence: int
    ignored: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()

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
