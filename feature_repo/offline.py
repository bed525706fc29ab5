"""Joins features point in time over one version of a Delta table, in DuckDB without any extension.

The stock store reads Delta through an extension that must be downloaded and always reads the latest version. This one
takes the list of data files from the transaction log, of a pinned version where one is given, and only the files of the
days that a retrieval can reach.
"""

from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NoReturn

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
from deltalake import DeltaTable
from feast import RepoConfig
from feast.data_source import DataSource
from feast.feature_view import FeatureView
from feast.infra.offline_stores.duckdb import (
    DuckDBOfflineStore,
    DuckDBOfflineStoreConfig,
    _write_data_source,
)
from feast.infra.offline_stores.file_source import FileSource
from feast.infra.offline_stores.ibis import (
    get_historical_features_ibis,
    pull_all_from_table_or_query_ibis,
    pull_latest_from_table_or_query_ibis,
)
from feast.infra.offline_stores.offline_store import RetrievalJob
from feast.infra.registry.base_registry import BaseRegistry
from ibis.expr.types import Table
from pydantic import Field

from feature_repo.reached_days import reach, utc_day
from features.registry import TABLE
from pumploss.days import midnight, shift
from pumploss.errors import LakeError
from pumploss.lake import Lake
from pumploss.lake.ledger import Ledger
from pumploss.lake.proof import STEP, refuse_disproved

Reader = Callable[[DataSource, str], Table]


class DeltaOfflineStoreConfig(DuckDBOfflineStoreConfig):  # type: ignore[misc]
    """Pins sources, by name in `versions`, to versions of their tables; others are read at their latest."""

    type: str = "feature_repo.offline.DeltaOfflineStore"
    versions: dict[str, int] = Field(default_factory=dict)


def reader(config: RepoConfig, first: date | None, last: date | None) -> Reader:
    """Make a function that reads a source's rows of the days from first to last, both included, as an ibis table."""

    def read(data_source: DataSource, _: str) -> Table:
        if not isinstance(data_source, FileSource):
            raise LakeError(f"{data_source.name}: this store reads Delta tables, not a {type(data_source).__name__}.")
        version = config.offline_store.versions.get(data_source.name)
        if data_source.name == TABLE.name:
            _require_sound(data_source.path, version, first, last)
        return read_delta(data_source.path, version, data_source.tags.get("day_column"), first, last)

    return read


def _require_sound(path: str, version: int | None, first: date | None, last: date | None) -> None:
    """Raise DamagedError where a file of these days no longer holds what was written."""
    lake = _lake(path)
    stored = {date.fromisoformat(file.partition[TABLE.day]) for file in lake.files(TABLE, version=version)}
    lake.require_sound(TABLE, [day for day in stored if (first or day) <= day <= (last or day)], version)


@cache
def _lake(path: str) -> Lake:
    """Open the lake of a table; files that were held against their names once are not read again for it."""
    return Lake(path.rpartition("/")[0], _no_engine, repair=lambda *_: "`pumploss verify` says what builds it again.")


def _no_engine() -> NoReturn:
    raise LakeError("Feast reads the files of the lake by itself, without an engine.")


def _refuse_disproved(data_source: DataSource, first: datetime | None, last: datetime | None) -> None:
    """Raise ParityError where features as of a T from first to last, or any, were found to be wrong."""
    if data_source.name != TABLE.name:
        return
    ledger = Ledger(_lake(data_source.path))
    begin, end = (moment and moment.astimezone(UTC) for moment in (first, last))
    proved = {day: midnight(shift(day, 1)) for step, day in ledger.latest() if step == STEP}
    refuse_disproved(ledger, [day for day, at in proved.items() if (begin or at) <= at <= (end or at)])


def read_delta(path: str, version: int | None, day_column: str | None, first: date | None, last: date | None) -> Table:
    """Read one version of a Delta table, at least its rows of the given days, as an ibis table.

    Raises LakeError where the table or the version does not exist (any more).
    """
    try:
        table = DeltaTable(path, version=version)
    except Exception as error:
        at = "" if version is None else f" at version {version}"
        raise LakeError(
            f"{path}{at} cannot be opened: {error}. Build the table, or train again if the version was vacuumed away."
        ) from error
    bounds = ((">=", first), ("<=", last))
    filters = [(day_column, sign, day.isoformat()) for sign, day in bounds if day_column and day]
    files = table.file_uris(file_pruning_predicate=filters or None)
    if not files:
        return ibis.memtable(_empty(table))
    if path.startswith("s3://"):
        return ibis.memtable(_remote(table, filters))
    return ibis.read_parquet(files, hive_partitioning=True)


def _empty(table: DeltaTable) -> Any:
    return pa.schema(table.schema().to_arrow()).empty_table()


def _remote(table: DeltaTable, filters: list[tuple[str, str, str]]) -> Any:
    # DuckDB would download its httpfs extension for s3://; Polars reads object stores by itself.

    frame = pl.scan_delta(table)
    for name, sign, day in filters:
        bound = pl.lit(date.fromisoformat(day))
        frame = frame.filter(pl.col(name) >= bound if sign == ">=" else pl.col(name) <= bound)
    return frame.collect().to_arrow()


def _addable(view: FeatureView) -> FeatureView:
    """Copy a view with a time to live that ibis takes: Python's own, of a day and some hours, is of two units to it."""
    if not view.ttl:
        return view
    found = copy(view)
    found.ttl = pd.Timedelta(view.ttl)
    return found


class DeltaOfflineStore(DuckDBOfflineStore):  # type: ignore[misc]
    """Joins point in time over pinned versions of the lake's tables."""

    @staticmethod
    def get_historical_features(
        config: RepoConfig,
        feature_views: list[FeatureView],
        feature_refs: list[str],
        entity_df: pd.DataFrame | str,
        registry: BaseRegistry,
        project: str,
        full_feature_names: bool = False,
        filter_by_created_timestamp: bool = False,
    ) -> RetrievalJob:
        """Return every entity row with the latest row at or before its time; repeated entity rows are kept.

        Raises ParityError where features of days that are looked through were found to be wrong.
        """
        first, last = reach(feature_views, entity_df)
        begin, end = (midnight(day) if day else None for day in (first, last))
        sources = {view.batch_source.name: view.batch_source for view in feature_views if view.batch_source}
        for source in sources.values():
            _refuse_disproved(source, begin, end)
        return get_historical_features_ibis(
            config=config,
            feature_views=[_addable(view) for view in feature_views],
            feature_refs=feature_refs,
            entity_df=entity_df,
            registry=registry,
            project=project,
            full_feature_names=full_feature_names,
            data_source_reader=reader(config, first, last),
            data_source_writer=_write_data_source,
            filter_by_created_timestamp=filter_by_created_timestamp,
        )

    @staticmethod
    def pull_latest_from_table_or_query(
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None,
        start_date: datetime,
        end_date: datetime,
    ) -> RetrievalJob:
        """Return the latest row of every key in the range, as one way of materialising asks.

        Raises ParityError where features of the range were found to be wrong.
        """
        _refuse_disproved(data_source, start_date, end_date)
        return pull_latest_from_table_or_query_ibis(
            config=config,
            data_source=data_source,
            join_key_columns=join_key_columns,
            feature_name_columns=feature_name_columns,
            timestamp_field=timestamp_field,
            created_timestamp_column=created_timestamp_column,
            start_date=start_date,
            end_date=end_date,
            data_source_reader=reader(config, utc_day(start_date), utc_day(end_date, 1)),
            data_source_writer=_write_data_source,
        )

    @staticmethod
    def pull_all_from_table_or_query(
        config: RepoConfig,
        data_source: DataSource,
        join_key_columns: list[str],
        feature_name_columns: list[str],
        timestamp_field: str,
        created_timestamp_column: str | None = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> RetrievalJob:
        """Return every row in the range, as the other way of materialising asks. Raises ParityError as well."""
        _refuse_disproved(data_source, start_date, end_date)
        return pull_all_from_table_or_query_ibis(
            config=config,
            data_source=data_source,
            join_key_columns=join_key_columns,
            feature_name_columns=feature_name_columns,
            timestamp_field=timestamp_field,
            created_timestamp_column=created_timestamp_column,
            start_date=start_date,
            end_date=end_date,
            data_source_reader=reader(config, utc_day(start_date), utc_day(end_date, 1)),
            data_source_writer=_write_data_source,
        )
