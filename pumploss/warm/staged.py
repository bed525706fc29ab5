"""Names what is staged, and says why it is not published."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import psycopg
from psycopg import sql

from pumploss.errors import CheckError
from pumploss.warm.warm_table import STAGING, WarmTable


@dataclass(frozen=True)
class StagedTable:
    """Names a table, or one day of one, that is loaded and checked; `name` is its name in the staging schema."""

    table: WarmTable
    name: str
    rows: int
    day: date | None = None

    @property
    def identifier(self) -> sql.Identifier:
        """Return the staged table as SQL names it."""
        return sql.Identifier(STAGING, self.name)


@dataclass(frozen=True)
class Copied:
    """Holds a table of which the rows are there, and the sums that it must show."""

    staged: StagedTable
    sums: Mapping[str, Decimal]


def _label(staged: StagedTable) -> str:
    return f"{staged.table.name} of {staged.day}" if staged.day else staged.table.name


@contextmanager
def refusals(staged: StagedTable) -> Iterator[None]:
    """Raise CheckError where the store refuses a value."""
    try:
        yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise CheckError(
            f"{_label(staged)} was not published, readers keep what they have: {str(error).strip()}. Mend the rows in "
            "the lake, then publish again."
        ) from error


def unlike(staged: StagedTable, said: str) -> CheckError:
    """Make the error for rows or sums that are not those of the lake."""
    return CheckError(
        f"{_label(staged)} was not published, readers keep what they have: {said} in the lake. Run the steps of that "
        "day again, then publish again."
    )
