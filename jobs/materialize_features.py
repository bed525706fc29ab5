"""Puts the features as of the latest T where Feast reads them online, and has Feast read some back to prove it."""

import math
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from feature_repo.online_traders import OnlineTraders
from feature_repo.store import PROJECT, VIEW, feature_store, online_redis, quiet
from features.registry import TABLE, features
from jobs.pipeline import WRITER
from jobs.publishing.pieces import by_cohorts
from jobs.recomputing.drawing import TRADERS, by_hash, cohorts_of
from jobs.running.step_context import StepContext
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT
from pumploss.days import Days, midnight, shift
from pumploss.errors import StoreError
from pumploss.hot import open_hot
from pumploss.hot_client import connect
from pumploss.hot_keys import EXPIRY_SECONDS
from pumploss.lake.proof import refuse_disproved

if TYPE_CHECKING:
    from feast import FeatureStore

#: Traders, drawn anew each day, whose online features are read back and compared with the lake's; beside them all whose
#: features were recomputed.
PROBES = TRADERS
#: The first of them are asked of Feast's interface as well.
ASKED = 20


def run(context: StepContext, days: Days) -> None:
    """Makes what is online the features as of the last day's end: traders without any at that T leave.

    A later T that is online stays as it is, unless its day has left the lake. Raises StoreError where what is read back
    differs from the lake, ParityError where these features were found to be wrong.
    """
    report, feature_day = context.report, shift(days[-1], 1)
    refuse_disproved(context.ledger, days[-1:])
    context.require_readable(TABLE, [feature_day])
    rows = context.lake.rows_by_day(TABLE).get(feature_day, 0)
    version = context.lake.version(TABLE)
    if version is None or not (rows or days[-1] in context.ledger.held(WRITER[TABLE.name].name)):
        report.skipped = f"gold_trader_features has no rows of {feature_day}: run its step for {days[-1]} first"
        return
    at = midnight(feature_day)
    traders = _traders(context, feature_day, version) if rows else []
    with online_redis(context.settings) as url, quiet():
        store = feature_store(context.settings, url, {TABLE.name: version}, asked_at=at)
        with open_hot(context.settings) as hot:
            context.require_unmoved()
            online = OnlineTraders(hot, PROJECT, VIEW, store.config.entity_key_serialization_version)
            if newer := online.begin(at, traders, lambda later: _is_withdrawn(context, later)):
                report.skipped = f"features as of {newer.date()} are online already, which is later than {feature_day}"
                return
            removed = online.keep_only(at, traders)
            if not online.write(at, _rows(store, context, feature_day, version), EXPIRY_SECONDS):
                report.skipped = f"another run has begun to put other features than those of {feature_day} online"
                return
            compared = verify(store, context, feature_day, version)
            if not online.finish(at):
                report.skipped = f"another run has begun to put other features than those of {feature_day} online"
                return
    report.day(days[-1]).rows_read = rows
    report.day(days[-1]).rows_written = rows
    report.day(days[-1]).outputs = {VIEW: {"rows": rows}}
    report.details.update({"as_of": at.isoformat(), "keys": rows, "keys_compared": compared, "keys_removed": removed})
    if removed:
        report.notes.append(f"{removed} traders have no features as of {feature_day} and are online no longer")


def _is_withdrawn(context: StepContext, at: datetime) -> bool:
    """Tells whether the features as of a T have left the lake: their dump was taken back."""
    is_held = shift(at.date(), -1) in context.ledger.held(WRITER[TABLE.name].name)
    return not is_held and at.date() not in context.lake.rows_by_day(TABLE)


def _traders(context: StepContext, feature_day: date, version: int) -> list[str]:
    """Lists who has features at T."""
    addresses = context.read(TABLE, [feature_day], version).select("trader_address").toArrow()
    return [str(address) for address in addresses["trader_address"].to_pylist()]


def _rows(
    store: "FeatureStore", context: StepContext, feature_day: date, version: int
) -> Iterator[list[tuple[bytes, bytes]]]:
    """Reads the features as of T, some cohorts at a time, as keys and packed rows."""
    from feature_repo.online import keys_and_rows

    count = context.lake.rows_by_day(TABLE).get(feature_day, 0)
    project, key_version = store.config.project, store.config.entity_key_serialization_version
    for part in by_cohorts(context.read(TABLE, [feature_day], version), count):
        yield from keys_and_rows(part, midnight(feature_day), project, key_version)


def verify(store: "FeatureStore", context: StepContext, feature_day: date, version: int) -> int:
    """Compares what is online of some traders with the lake, to the last bit; answers how many traders.

    Feast's own interface is asked for the first of them. Raises StoreError at the first difference.
    """
    from feature_repo.services import read_online

    names = [feature.name for feature in features()]
    lake = context.read(TABLE, [feature_day], version).select("trader_address", COHORT.name, *names)
    probes = _probes(lake, feature_day, context.lake.rows_by_day(TABLE).get(feature_day, 0)).toArrow()
    traders = probes["trader_address"].to_pylist()
    if not traders:
        return 0
    with closing(connect(store.config.online_store.url)) as client:
        stored = read_online(client, traders, names, midnight(feature_day))
    asked = [{"trader_address": trader} for trader in traders[:ASKED]]
    served = store.get_online_features([f"{VIEW}:{name}" for name in names], asked).to_dict()
    for name in names:
        _refuse_differences(traders, name, stored[name].to_pylist(), probes[name].to_pylist(), feature_day)
        _refuse_differences(traders[:ASKED], name, served[name], probes[name].to_pylist()[:ASKED], feature_day)
    return len(traders)


def _probes(lake: DataFrame, feature_day: date, rows: int) -> DataFrame:
    """Draws traders of all cohorts, and those whose features were recomputed, who are all of a few."""
    order = (by_hash(feature_day), "trader_address")
    probes = lake.orderBy(*order).limit(PROBES)
    cohorts = cohorts_of(feature_day, rows, PROBES)
    if len(cohorts) == COHORTS:
        return probes
    recomputed = lake.where(F.col(COHORT.name).isin(cohorts)).orderBy(*order).limit(PROBES)
    return probes.unionByName(recomputed).dropDuplicates(["trader_address"])


def _refuse_differences(traders: list[str], name: str, online: list[Any], lake: list[Any], feature_day: date) -> None:
    for trader, found, expected in zip(traders, online, lake, strict=True):
        _refuse_difference(trader, name, found, expected, feature_day)


def _refuse_difference(address: str, name: str, online: Any, lake: Any, feature_day: date) -> None:
    if isinstance(online, datetime) and isinstance(lake, datetime):
        online, lake = online.timestamp(), lake.timestamp()
    if online != lake and not (_is_missing(online) and _is_missing(lake)):
        raise StoreError(
            f"Online is {name} = {online!r} for {address} as of {feature_day}, gold_trader_features has {lake!r}. "
            "Run materialize_features for the day again; if the difference stays, empty the hot store."
        )


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
