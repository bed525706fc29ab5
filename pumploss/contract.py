"""What a table is: typed columns, a key, a partition, an order inside files and checks; everything else is derived."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql.types import StructType


class Type(Enum):
    """A column's type: its Spark SQL name and its PostgreSQL name."""

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
        """The name in Spark SQL, as `simpleString` prints it."""
        return self.value[0]

    @property
    def postgres(self) -> str:
        """The name in PostgreSQL."""
        return self.value[1]

    @property
    def arrow(self) -> "pa.DataType":
        """The Arrow type; timestamps are microseconds in UTC."""
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


#: Units in names, which bound the values: `_share` and `_count`, at the end or before a window or a level's `_close`.
_SHARE, _COUNT = re.compile(r"_share(_|$)"), re.compile(r"_count(_|$)")
#: Shares are quotients of doubles, whose last bits may pass 1.
SHARE_LIMIT = 1.000001

#: Columns with these prefixes say when or by whom a row was written; digests leave them out.
VOLATILE_PREFIXES = ("run_", "written_", "created_")


@dataclass(frozen=True)
class Column:
    """One named, typed and described column; its unit is in its name."""

    name: str
    type: Type
    description: str
    nullable: bool = False

    def named(self, name: str, description: str | None = None) -> "Column":
        """The same kind of column under another name."""
        return replace(self, name=name, description=description or self.description)

    def optional(self) -> "Column":
        """The same column where a value may be missing."""
        return replace(self, nullable=True)

    @property
    def is_volatile(self) -> bool:
        """Whether the value may differ between two runs over the same input."""
        return self.name.startswith(VOLATILE_PREFIXES)


class Severity(StrEnum):
    """STOP keeps readers on what they have; WARN is reported and the night goes on."""

    STOP = "STOP"
    WARN = "WARN"


class Metric(StrEnum):
    """What is measured, per partition day, in one aggregate query; the last two also need earlier days."""

    ROW_COUNT = "row_count"
    DUPLICATE_COUNT = "duplicate_count"
    NULL_COUNT = "null_count"
    NULL_SHARE = "null_share"
    NAN_COUNT = "nan_count"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    VIOLATION_COUNT = "violation_count"
    TRAILING_RATIO = "trailing_ratio"
    TRAILING_CHANGE = "trailing_change"


@dataclass(frozen=True)
class Check:
    """A bound on a metric of a table's staged day, and why it is there.

    `subject` is a column name, or where a metric is about several their names with commas between: DUPLICATE_COUNT,
    NAN_COUNT, MINIMUM (of the lowest) and MAXIMUM (of the highest). For VIOLATION_COUNT it is a SQL condition that
    every row must satisfy (NULL counts as satisfied), for ROW_COUNT it is empty. For TRAILING_RATIO and
    TRAILING_CHANGE it names a measure of a day that is divided by, or lessened by, its median over earlier days.
    `lowest` and `highest` are inclusive.
    """

    metric: Metric
    subject: str
    why: str
    lowest: float | None = None
    highest: float | None = None
    severity: Severity = Severity.STOP

    @property
    def name(self) -> str:
        """The metric and its subject, for people: the label in suites, messages and docs."""
        return f"{self.metric.value}({self.subject})" if self.subject else self.metric.value


def holds(condition: str, why: str, severity: Severity = Severity.STOP) -> Check:
    """A check that no row breaks a SQL condition."""
    return Check(Metric.VIOLATION_COUNT, condition, why, highest=0, severity=severity)


def within(column: str, lowest: float | None, highest: float | None, why: str) -> list[Check]:
    """Checks that a column's values lie in a closed range."""
    bounds = []
    if lowest is not None:
        bounds.append(Check(Metric.MINIMUM, column, why, lowest=lowest))
    if highest is not None:
        bounds.append(Check(Metric.MAXIMUM, column, why, highest=highest))
    return bounds


@dataclass(frozen=True)
class Table:
    """The contract of one table.

    `key` identifies a row; where none exists, `no_key_because` says why. The first partition column is the table's day.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    partition_by: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    no_key_because: str = ""
    _by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {column.name: column for column in self.columns})
        named = {*self.key, *self.partition_by, *self.order_by}
        if len(self._by_name) != len(self.columns) or not named <= self._by_name.keys():
            raise ValueError(f"{self.name}: a column stands twice, or key, partition or order names none")
        if not self.key and not self.no_key_because:
            raise ValueError(f"{self.name}: a table without a key says why")

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @property
    def names(self) -> list[str]:
        """Column names in contract order."""
        return list(self._by_name)

    @property
    def day(self) -> str:
        """The column that a day of this table is read and replaced by; empty for a table without days."""
        return self.partition_by[0] if self.partition_by else ""

    @property
    def stable_names(self) -> list[str]:
        """The columns that content digests cover."""
        return [column.name for column in self.columns if not column.is_volatile]

    @property
    def ddl(self) -> str:
        """The Spark schema as a DDL string."""
        return ", ".join(f"{column.name} {column.type.spark}" for column in self.columns)

    @property
    def spark_schema(self) -> "StructType":
        """The Spark schema, every field nullable (nulls are a matter of the checks)."""
        from pyspark.sql.types import StructType

        return cast("StructType", StructType.fromDDL(self.ddl))

    @property
    def arrow_schema(self) -> "pa.Schema":
        """The Arrow schema, in contract order."""
        import pyarrow as pa

        return pa.schema([pa.field(column.name, column.type.arrow) for column in self.columns])

    @property
    def all_checks(self) -> tuple[Check, ...]:
        """The checks that follow from key, nullability, types and units, then the table's own."""
        derived = [
            Check(Metric.NULL_COUNT, c.name, "the contract says that it is always known", highest=0)
            for c in self.columns
            if not c.nullable
        ]
        if self.key:
            why = "a key that repeats would count a row twice"
            derived.append(Check(Metric.DUPLICATE_COUNT, ",".join(self.key), why, highest=0))
        doubles = [c.name for c in self.columns if c.type is Type.DOUBLE]
        if doubles:
            why = "what is not a number passes every range and spoils every sum"
            derived.append(Check(Metric.NAN_COUNT, ",".join(doubles), why, highest=0))
        shares = [name for name in doubles if _SHARE.search(name)]
        if shares:
            derived += within(",".join(shares), 0, SHARE_LIMIT, "a share is a part of a whole")
        counts = [c.name for c in self.columns if c.type is Type.BIGINT and _COUNT.search(c.name)]
        if counts:
            derived += within(",".join(counts), 0, None, "nothing is counted fewer than 0 times")
        return (*derived, *self.checks)

    def with_columns(self, *columns: Column) -> "Table":
        """The same table with more columns before its volatile and partition ones."""
        tail = {*self.partition_by, *(c.name for c in self.columns if c.is_volatile)}
        head = tuple(column for column in self.columns if column.name not in tail)
        return replace(self, columns=(*head, *columns, *(c for c in self.columns if c.name in tail)))

    def differences(self, found: dict[str, Any]) -> list[str]:
        """Every way in which found columns (name to Spark type string) differ from the contract."""
        missing = [f"missing {c.name} {c.type.spark}" for c in self.columns if c.name not in found]
        extra = [f"unexpected {name} {kind}" for name, kind in found.items() if name not in self._by_name]
        mistyped = [
            f"{c.name} is {found[c.name]}, not {c.type.spark}"
            for c in self.columns
            if c.name in found and found[c.name] != c.type.spark
        ]
        return missing + extra + mistyped
