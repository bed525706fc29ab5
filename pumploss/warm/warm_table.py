"""Describes what a published table is: typed columns and what they mean, key, indexes, and if it is kept by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg import sql

from pumploss.contract import Column, Type

#: Where consumers read.
LIVE = "public"
#: May read what is published and nothing else. On a server of one's own it is granted that wherever it exists.
READER = "pumploss_reader"
#: Where the days of tables that are kept by day lie; consumers read them through their table.
PARTS = "pumploss_parts"
#: Where the next publish is made; consumers have no right to look.
STAGING = "pumploss_staging"

#: Types of columns, as PostgreSQL names them; amounts are SOL or whole tokens, exact to the last decimal.
TEXT, COUNT, RANK, AMOUNT = "text", "bigint", "integer", "numeric"
DOUBLE, TIME, DAY, JSON = "double precision", "timestamptz", "date", "jsonb"


@dataclass(frozen=True)
class WarmColumn:
    """Describes a column of a published table: name, PostgreSQL's type and meaning."""

    name: str
    kind: str
    description: str
    nullable: bool = False


@dataclass(frozen=True)
class WarmTable:
    """Holds the contract of one published table; `day_column` is empty for one that each publish makes anew.

    One that `follows` another has the days of that one, each made of the same day there. Migrations make the tables;
    tests hold what they made against this. A table without columns takes those of the lake's contract at each publish.
    """

    name: str
    description: str
    columns: tuple[WarmColumn, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    day_column: str = ""
    follows: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """List the column names in order."""
        return tuple(column.name for column in self.columns)

    def part(self, day: date) -> str:
        """Name the partition that holds a day."""
        return f"{self.name}_{day:%Y%m%d}"

    def part_day(self, name: str) -> date:
        """Return the day that a partition of this name holds."""
        return date.fromisoformat(name.removeprefix(f"{self.name}_"))

    @property
    def live(self) -> sql.Identifier:
        """Return the table that consumers read, as SQL names it."""
        return sql.Identifier(LIVE, self.name)


def warm_columns(columns: Sequence[Column]) -> tuple[WarmColumn, ...]:
    """Turn columns of a lake's contract into those of a published table."""
    return tuple(WarmColumn(c.name, c.type.postgres, c.description, c.nullable) for c in columns)


def definitions(columns: Sequence[WarmColumn]) -> sql.Composed:
    """Write columns as PostgreSQL declares them."""
    return sql.SQL(", ").join(
        sql.SQL("{} {}{}{}").format(
            sql.Identifier(column.name),
            sql.SQL(column.kind),
            sql.SQL(' COLLATE "C"' if column.kind == Type.STRING.postgres else ""),
            sql.SQL("" if column.nullable else " NOT NULL"),
        )
        for column in columns
    )


def comments(identifier: sql.Identifier, table: WarmTable, columns: Sequence[WarmColumn]) -> sql.Composed:
    """Write the statements that say in the store what a table and its columns mean, as psql describes them."""
    said = [sql.SQL("COMMENT ON TABLE {} IS {}").format(identifier, sql.Literal(table.description))]
    for column in columns:
        named = sql.SQL("{}.{}").format(identifier, sql.Identifier(column.name))
        said.append(sql.SQL("COMMENT ON COLUMN {} IS {}").format(named, sql.Literal(column.description)))
    return sql.SQL("; ").join(said)
