"""Reads online features of some traders back, and compares them with the lake's, to the last bit."""

import math
from contextlib import closing
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from feature_repo.store import VIEW
from features.registry import TABLE, features
from jobs.recomputing.drawing import TRADERS, by_hash, cohorts_of
from jobs.running.context import Context
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT
from pumploss.days import midnight
from pumploss.errors import StoreError
from pumploss.hot_client import connect

if TYPE_CHECKING:
    from feast import FeatureStore

#: Traders, drawn anew each day, whose online features are read back and compared with the lake's; beside them all whose
#: features were recomputed.
PROBES = TRADERS
#: The first of them are asked of Feast's interface as well.
ASKED = 20


def prove_online(store: "FeatureStore", context: Context, feature_day: date, version: int) -> int:
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
