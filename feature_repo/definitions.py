"""Defines what Feast knows: one entity, one feature view over the lake's table, one service per model."""

import hashlib
from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.data_format import DeltaFormat
from feast.types import Bool, FeastType, Float64, Int32, Int64, String, UnixTimestamp

from features.registry import FEATURE_SET_VERSION, TABLE, features, model_inputs
from pumploss.columns import AS_OF, KNOWN_AT, TRADER
from pumploss.contract import Type
from pumploss.errors import ContractError
from pumploss.settings import from_environment

#: A day's row serves until the next night has run, with a day of slack for a night that failed.
TTL = timedelta(hours=48)

#: Columns that the baselines need beside the model's inputs.
BASELINE_FEATURES = ("loss_24h_sol", "loss_trades_24h", "buy_sol_7d")

_FEAST_TYPES: dict[Type, FeastType] = {
    Type.STRING: String,
    Type.BIGINT: Int64,
    Type.INT: Int32,
    Type.DOUBLE: Float64,
    Type.BOOLEAN: Bool,
    Type.TIMESTAMP: UnixTimestamp,
}


def entity() -> Entity:
    """Define the trader, by wallet address."""
    return Entity(name="trader", join_keys=[TRADER.name], value_type=ValueType.STRING, description=TRADER.description)


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
            tags={"group": feature.group},
        )
        for feature in features()
    ]


def view(lake: str) -> FeatureView:
    """Define the view of all features of a trader as of T."""
    made = FeatureView(
        name="trader_features",
        entities=[entity()],
        ttl=TTL,
        schema=[Field(name=TRADER.name, dtype=String), *fields()],
        source=source(lake),
        online=True,
        description=TABLE.description,
        tags={"feature_set_version": str(FEATURE_SET_VERSION)},
    )
    made.tags["definition"] = digest(made)
    return made


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
    content = (fields_of, of.ttl, of.description, str(of.batch_source.to_proto().file_options), training_columns())
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


trader = entity()
trader_features = view(from_environment().lake)
loss_prediction = service("loss-prediction", trader_features)
risk_score = service("risk-score", trader_features)
