"""Joins labels to the features that were valid and known at their T, day by day: exact, and as wide as one day is.

Every T is midnight of a day, so what Feast searches for among all rows lies in the partitions of T and of the days that
the time to live reaches back to. `tests/integration/test_joining.py` holds both against each other.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
from deltalake import DeltaTable

from pumploss.cohort import COHORTS
from pumploss.columns import AS_OF, KNOWN_AT, TRADER
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.errors import LakeError

#: What an entity row is called in Feast's terms, which rows keep.
MOMENT = "event_timestamp"


def join(
    lake: str,
    table: Table,
    version: int,
    labels: pl.DataFrame,
    columns: Sequence[str],
    ttl: timedelta,
    to_cohort: int = COHORTS - 1,
) -> pl.DataFrame:
    """Give every label, by T and trader, the columns of the latest row at or before T that was known by T.

    A row serves for `ttl` and for labels at midnight UTC; labels without one get nulls. Floats come in single
    precision. Where no label is of a cohort above `to_cohort`, files of those alone are not read. Raises LakeError
    where the version is gone.
    """
    days = _Days(lake, table, version, columns, to_cohort)
    reach = -(-ttl // timedelta(days=1))
    found = []
    for (moment,), asked in labels.sort(AS_OF.name, TRADER.name).group_by([AS_OF.name], maintain_order=True):
        assert isinstance(moment, datetime)
        found.append(_joined(days, asked, moment, [shift(moment.date(), -back) for back in range(reach + 1)], ttl))
        days.forget(before=shift(moment.date(), -reach))
    return pl.concat(found).rename({AS_OF.name: MOMENT})


def _joined(
    days: "_Days", asked: pl.DataFrame, moment: datetime, latest_first: Sequence[date], ttl: timedelta
) -> pl.DataFrame:
    """Take each trader's row from the latest day that has one."""
    missing, parts = asked, []
    for day in latest_first:
        if missing.is_empty():
            break
        rows = days.read(day).filter(
            pl.col(AS_OF.name).is_between(moment - ttl, moment) & (pl.col(KNOWN_AT.name) <= moment)
        )
        # Of two rows of one time the one known later counts.
        rows = rows.sort(AS_OF.name, KNOWN_AT.name).unique(TRADER.name, keep="last").drop(AS_OF.name, KNOWN_AT.name)
        parts.append(missing.join(rows, on=TRADER.name, how="inner"))
        missing = missing.join(rows, on=TRADER.name, how="anti")
    return pl.concat([*parts, missing], how="diagonal").sort(TRADER.name)


class _Days:
    """Reads partition days of one version, each once while it is near."""

    def __init__(self, lake: str, table: Table, version: int, columns: Sequence[str], to_cohort: int) -> None:
        try:
            opened = DeltaTable(f"{lake}/{table.name}", version=version)
        except Exception as error:
            raise LakeError(
                f"{lake}/{table.name} at version {version} cannot be opened: {error}. Build the table, or train again "
                "if the version was vacuumed away."
            ) from error
        names = dict.fromkeys((TRADER.name, AS_OF.name, KNOWN_AT.name, *columns))
        # Single precision is finer than what any of them was measured with, and half the memory.
        single = pl.selectors.float().cast(pl.Float32)
        self._rows, self._day = pl.scan_delta(opened), table.day
        if to_cohort < COHORTS - 1:
            self._rows = self._rows.filter(pl.col(table.split_by) <= to_cohort)
        self._wanted = pl.col(list(names)), single
        self._read: dict[date, pl.DataFrame] = {}

    def read(self, day: date) -> pl.DataFrame:
        """Read a day's rows."""
        if day not in self._read:
            names, single = self._wanted
            of_day = self._rows.filter(pl.col(self._day) == day).select(names)
            self._read[day] = of_day.with_columns(single).collect()
        return self._read[day]

    def forget(self, before: date) -> None:
        """Forget what no later T can reach."""
        self._read = {day: rows for day, rows in self._read.items() if day > before}
