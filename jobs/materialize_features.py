"""Puts the features as of the latest T where Feast reads them online, and has Feast read some back to prove it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from feature_repo.online_traders import OnlineTraders
from feature_repo.store import PROJECT, VIEW, feature_store, online_redis, quiet
from features.registry import TABLE
from jobs.pipeline import WRITER
from jobs.publishing.online_proof import prove_online
from jobs.publishing.pieces import by_cohorts
from jobs.running.step_context import StepContext
from pumploss.days import Days, midnight, shift
from pumploss.hot import open_hot
from pumploss.hot_keys import EXPIRY_SECONDS
from pumploss.lake.proof import refuse_disproved

if TYPE_CHECKING:
    from feast import FeatureStore


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
            compared = prove_online(store, context, feature_day, version)
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
