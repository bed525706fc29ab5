"""Defines what Feast knows: the trader, views over the lake's table, what depends on a request, a service per model.

`trader_features` has every feature and is what models are trained on: one join point in time. Beside it each group has
a view of its own, for people who look for a feature; online all of them read the same row.
"""

import hashlib
from datetime import timedelta
from functools import cache
from importlib import import_module
from inspect import getsource
from typing import Any

from feast import (
    Entity,
    FeatureService,
    FeatureView,
    Field,
    FileSource,
    OnDemandFeatureView,
    RequestSource,
    ValueType,
)
from feast.data_format import DeltaFormat
from feast.transformation.python_transformation import PythonTransformation
from feast.types import Bool, FeastType, Float64, Int32, Int64, String, UnixTimestamp

from feature_repo.store import TTL
from features.registry import FEATURE_SET_VERSION, TABLE, Feature, features, model_inputs
from pumploss.columns import AS_OF, KNOWN_AT, TRADER
from pumploss.contract import Type
from pumploss.errors import ContractError
from pumploss.settings import from_environment

#: What says more about a day than about a trader is not taken for the next day's: the cadence, and six hours of slack.
GROUP_TTL = {"market": timedelta(hours=30), "relative": timedelta(hours=30)}

#: Columns that the baselines need beside the model's inputs.
BASELINE_FEATURES = ("loss_24h_sol", "loss_trades_24h", "buy_sol_7d")

_FEAST_TYPES: dict[Type, FeastType] = {
    Type.BIGINT: Int64,
    Type.INT: Int32,
    Type.DOUBLE: Float64,
    Type.BOOLEAN: Bool,
    Type.TIMESTAMP: UnixTimestamp,
}


@cache  # to Feast, views share what is the same object
def entity() -> Entity:
    """Define the trader, by wallet address."""
    return Entity(name="trader", join_keys=[TRADER.name], value_type=ValueType.STRING, description=TRADER.description)


@cache
def source(lake: str) -> FileSource:
    """Define the Delta table of the features; the tag names the partition column by which files are left out."""
    return FileSource(
        name=TABLE.name,
        path=f"{lake}/{TABLE.name}",
        file_format=DeltaFormat(),
        timestamp_field=AS_OF.name,
        created_timestamp_column=KNOWN_AT.name,
        description=TABLE.description,
        tags={"day_column": TABLE.day},
    )


def fields() -> list[Field]:
    """Define one field per registered feature. Raises ContractError for a type that Feast cannot carry."""
    refused = [f"{feature.name} ({feature.type.name})" for feature in features() if feature.type not in _FEAST_TYPES]
    if refused:
        raise ContractError(
            f"Feast has no type for {', '.join(refused)} of {TABLE.name}: make them one of "
            f"{', '.join(kind.name for kind in _FEAST_TYPES)} in the feature registry."
        )
    return [
        Field(
            name=feature.name,
            dtype=_FEAST_TYPES[feature.type],
            description=feature.description,
            tags=tags(feature),
        )
        for feature in features()
    ]


def tags(feature: Feature) -> dict[str, str]:
    """Say of a feature its group, its unit and its window as its name has them, and the version of the set."""
    found = {
        "group": feature.group,
        "unit": feature.unit,
        "window": feature.window,
        "version": str(FEATURE_SET_VERSION),
    }
    return {name: value for name, value in found.items() if value}


def view(lake: str) -> FeatureView:
    """Define the view of all features of a trader as of T."""
    made = _view("trader_features", TTL, fields(), lake, TABLE.description)
    made.tags["definition"] = digest(made)
    return made


def group_views(lake: str) -> list[FeatureView]:
    """Define a view per group of features, `trader_<group>`: it is written with the row of all features."""
    by_group: dict[str, list[Field]] = {}
    for field in fields():
        by_group.setdefault(field.tags["group"], []).append(field)
    return [
        _view(f"trader_{group}", GROUP_TTL.get(group, TTL), of_group, lake, _about(group), is_written=False)
        for group, of_group in by_group.items()
    ]


def _view(
    name: str, ttl: timedelta, schema: list[Field], lake: str, about: str, is_written: bool = True
) -> FeatureView:
    # Feast's own materialisation writes what is `online`; what is not can be read online as well.
    return FeatureView(
        name=name,
        entities=[entity()],
        ttl=ttl,
        schema=[Field(name=TRADER.name, dtype=String), *schema],
        source=source(lake),
        online=is_written,
        description=about,
        tags={"feature_set_version": str(FEATURE_SET_VERSION)},
    )


def _about(group: str) -> str:
    """Take the first sentence of the group's module."""
    return (import_module(f"features.{group}").__doc__ or "").strip().partition("\n")[0]


def at_request(of: FeatureView) -> OnDemandFeatureView:
    """Define what depends on the moment and the stake of a request, on top of the row of the last T."""
    request = RequestSource(
        name="request",
        schema=[Field(name="requested_at", dtype=UnixTimestamp), Field(name="stake_sol", dtype=Float64)],
        description="When a trader is asked about, and the SOL that the trader is about to stake",
    )
    return OnDemandFeatureView(
        name="trader_at_request",
        sources=[of[["last_trade_time", "stake_median_sol_30d"]], request],
        schema=[
            Field(name="hours_since_last_trade", dtype=Float64),
            Field(name="log_stake_ratio", dtype=Float64),
        ],
        feature_transformation=PythonTransformation(_at_request, getsource(_at_request)),
        mode="python",
        # Feast takes fields with descriptions for others than those that it infers.
        description=(
            "What depends on a request, with which `requested_at` and `stake_sol` come: `hours_since_last_trade`, "
            "hours from the last trade before T (missing before it), and `log_stake_ratio`, ln(stake / median stake of "
            "30 days)"
        ),
        tags={"feature_set_version": str(FEATURE_SET_VERSION)},
    )


def _at_request(inputs: dict[str, Any]) -> dict[str, Any]:
    """Work out the features of `trader_at_request` of some requests; None where one of their parts is missing."""
    # Feast keeps the function by itself: what it needs stands inside.
    import math
    from datetime import UTC, datetime

    def moment(value: datetime | str | float) -> datetime:
        # Over HTTP a moment comes as text of ISO 8601 or as seconds since 1970; without a zone it is UTC.
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def hours(last: Any, now: Any) -> float | None:
        if last is None or now is None:
            return None
        passed = (moment(now) - moment(last)).total_seconds() / 3600
        # Before the trade nobody knew of it.
        return passed if passed >= 0 else None

    def ratio(stake: float | str | None, usual: float | None) -> float | None:
        # Over HTTP a stake may come as text, as a moment does.
        staked = float(stake or 0)
        return math.log(staked / usual) if usual and staked > 0 and usual > 0 else None

    return {
        "hours_since_last_trade": list(map(hours, inputs["last_trade_time"], inputs["requested_at"])),
        "log_stake_ratio": list(map(ratio, inputs["stake_sol"], inputs["stake_median_sol_30d"])),
    }


def training_columns() -> list[str]:
    """List the model's inputs in their order, then what only the baselines need."""
    inputs = [feature.name for feature in model_inputs()]
    known = {feature.name for feature in features()}
    return inputs + [name for name in BASELINE_FEATURES if name in known and name not in inputs]


def service(name: str, of: FeatureView) -> FeatureService:
    """Define what a model of this name is trained on and served with."""
    description = f"Inputs of {name} and of its baselines"
    return FeatureService(name=name, features=[of[training_columns()]], description=description)


def digest(of: FeatureView) -> str:
    """Digest the definitions, so that a change shows; Feast's own serialised form carries the time of its making."""
    fields_of = [(field.name, str(field.dtype), field.description, sorted(field.tags.items())) for field in of.features]
    others = (sorted(GROUP_TTL.items()), getsource(at_request), getsource(_at_request))
    source_of = str(of.batch_source.to_proto().file_options)
    content = (fields_of, of.ttl, of.description, source_of, training_columns(), others)
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


trader = entity()
trader_features = view(from_environment().lake)
# Feast's own commands look at the names of this module alone, and delete what has none: each view has one.
globals().update({made.name: made for made in group_views(from_environment().lake)})
trader_at_request = at_request(trader_features)
loss_prediction = service("loss-prediction", trader_features)
risk_score = service("risk-score", trader_features)
