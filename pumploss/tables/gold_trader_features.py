"""Declares features of every eligible trader as of T; their columns come from the feature registry."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type

#: Without the feature columns: `features.registry` adds them, one per registered function.
TABLE = Table(
    name="gold_trader_features",
    description="One row per eligible trader and T = 00:00 UTC, computed from trades before T only.",
    columns=(
        c.TRADER,
        c.AS_OF,
        c.KNOWN_AT,
        Column("feature_day", Type.DATE, "The UTC day that starts at T"),
        c.COHORT,
    ),
    key=("trader_address", "as_of"),
    partition_by=("feature_day",),
    split_by="trader_cohort",
    order_by=("trader_address",),
)
