"""Describes a column: its name, type and meaning."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


class Type(Enum):
    """Names a column's type, in Spark SQL and in PostgreSQL."""

    STRING = ("string", "text")
    BIGINT = ("bigint", "bigint")
    INT = ("int", "integer")
    DOUBLE = ("double", "double precision")
    BOOLEAN = ("boolean", "boolean")
    TIMESTAMP = ("timestamp", "timestamptz")
    DATE = ("date", "date")
    WIDE = ("decimal(38,0)", "numeric(38,0)")
    BIGINTS = ("array<bigint>", "bigint[]")
    DOUBLES = ("array<double>", "double precision[]")

    @property
    def spark(self) -> str:
        """Return the name in Spark SQL, as `simpleString` prints it."""
        return self.value[0]

    @property
    def postgres(self) -> str:
        """Return the name in PostgreSQL."""
        return self.value[1]

    @property
    def arrow(self) -> "pa.DataType":
        """Return the Arrow type; timestamps are microseconds in UTC."""
        import pyarrow as pa

        types = {
            Type.STRING: pa.string(),
            Type.BIGINT: pa.int64(),
            Type.INT: pa.int32(),
            Type.DOUBLE: pa.float64(),
            Type.BOOLEAN: pa.bool_(),
            Type.TIMESTAMP: pa.timestamp("us", tz="UTC"),
            Type.DATE: pa.date32(),
            Type.WIDE: pa.decimal128(38, 0),
            Type.BIGINTS: pa.list_(pa.int64()),
            Type.DOUBLES: pa.list_(pa.float64()),
        }
        return types[self]


#: Columns with these prefixes say when or by whom a row was written; digests leave them out.
VOLATILE_PREFIXES = ("run_", "written_", "created_")


@dataclass(frozen=True)
class Column:
    """Describes one named and typed column; its unit is in its name."""

    name: str
    type: Type
    description: str
    nullable: bool = False

    def named(self, name: str, description: str | None = None) -> "Column":
        """Copy the column under another name."""
        return replace(self, name=name, description=description or self.description)

    def optional(self) -> "Column":
        """Copy the column as one where a value may be missing."""
        return replace(self, nullable=True)

    @property
    def is_volatile(self) -> bool:
        """Tell whether the value may differ between two runs over the same input."""
        return self.name.startswith(VOLATILE_PREFIXES)
