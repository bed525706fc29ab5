"""Puts the features as of the latest T into Redis through Feast, and reads some back to prove it."""

import contextlib
import io
import math
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from feature_repo.online_traders import OnlineTraders
from feature_repo.store import PROJECT, VIEW, feature_store, online_redis, quiet
from features.registry import TABLE
from jobs.pipeline import WRITER
from jobs.running.step_context import StepContext
from pumploss.days import Days, midnight, shift
from pumploss.errors import StoreError
from pumploss.hot import open_hot

if TYPE_CHECKING:
    from feast import FeatureStore

#: Keys that are read back and compared with the lake, value by value.
PROBES = 20


def run(context: StepContext, days: Days) -> None:
    """Makes what is online the features as of the last day's end: traders without any at that T leave.

    A later T that is online stays as it is, unless its day has left the lake. Raises StoreError where what is read back
    differs from the lake.
    """
    report, feature_day = context.report, shift(days[-1], 1)
    context.require_readable(TABLE, [feature_day])
    rows = context.lake.rows_by_day(TABLE).get(feature_day, 0)
    version = context.lake.version(TABLE)
    if version is None or not (rows or days[-1] in context.ledger.held(WRITER[TABLE.name].name)):
        report.skipped = f"gold_trader_features has no rows of {feature_day}: run its step for {days[-1]} first"
        return
    at = midnight(feature_day)
    traders = _traders(context, feature_day, version) if rows else []
    with online_redis(context.settings) as url, quiet():
        store = feature_store(context.settings, url, {TABLE.name: version})
        with open_hot(context.settings) as hot:
            context.require_unmoved()
            online = OnlineTraders(hot, PROJECT, VIEW, store.config.entity_key_serialization_version)
            if newer := online.begin(at, traders, lambda later: _is_withdrawn(context, later)):
                report.skipped = f"features as of {newer.date()} are online already, which is later than {feature_day}"
                return
            removed = online.keep_only(at, traders)
            kept = _write(store, context, feature_day, version) if rows else 0
            online.finish(at)
    report.day(days[-1]).rows_read = rows
    report.day(days[-1]).rows_written = rows
    report.details.update({"as_of": at.isoformat(), "keys": rows, "keys_kept_newer": kept, "keys_removed": removed})
    if removed:
        report.notes.append(f"{removed} traders have no features as of {feature_day} and are online no longer")
    if kept:
        report.notes.append(f"{kept} of {min(rows, PROBES)} probed keys are online with a later T and stay")


def _is_withdrawn(context: StepContext, at: datetime) -> bool:
    """Tells whether the features as of a T have left the lake: their dump was taken back."""
    is_held = shift(at.date(), -1) in context.ledger.held(WRITER[TABLE.name].name)
    return not is_held and at.date() not in context.lake.rows_by_day(TABLE)


def _traders(context: StepContext, feature_day: date, version: int) -> list[str]:
    """Lists who has features at T."""
    addresses = context.read(TABLE, [feature_day], version).select("trader_address").toArrow()
    return [str(address) for address in addresses["trader_address"].to_pylist()]


def _write(store: "FeatureStore", context: StepContext, feature_day: date, version: int) -> int:
    """Writes the features as of T and reads some back; answers what `verify` does."""
    at = midnight(feature_day)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        store.materialize(at - timedelta(seconds=1), at, feature_views=[VIEW])
    return verify(store, context, feature_day, version)


def verify(store: "FeatureStore", context: StepContext, feature_day: date, version: int) -> int:
    """Compares some online rows with the lake's; answers how many are of a later T and therefore not compared."""
    from feature_repo.definitions import fields

    names = [field.name for field in fields()]
    lake = context.read(TABLE, [feature_day], version).select("trader_address", *names)
    probes = lake.orderBy("trader_address").limit(PROBES).toArrow().to_pylist()
    expected = {row["trader_address"]: row for row in probes}
    keys = [{"trader_address": address} for address in expected]
    answer = store.get_online_features([f"{VIEW}:{name}" for name in names], keys)
    online = answer.to_dict(include_event_timestamps=True)
    kept = 0
    for row, address in enumerate(online["trader_address"]):
        if online[f"{names[0]}__ts"][row] > midnight(feature_day).timestamp():
            kept += 1
            continue
        for name in names:
            _refuse_difference(address, name, online[name][row], expected[address][name], feature_day)
    return kept


def _refuse_difference(address: str, name: str, online: Any, lake: Any, feature_day: date) -> None:
    if hasattr(lake, "timestamp") and hasattr(online, "timestamp"):
        online, lake = online.timestamp(), lake.timestamp()
    if online != lake and not (_is_missing(online) and _is_missing(lake)):
        raise StoreError(
            f"Redis holds {name} = {online!r} for {address} as of {feature_day}, gold_trader_features {lake!r}. Run "
            "materialize_features for the day again; if the difference stays, empty the hot store."
        )


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
