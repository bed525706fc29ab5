"""A lake of features and labels in which losses follow a trader's ability."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from features.labels import LABEL_VERSION
from pumploss.cohort import trader_cohort
from pumploss.contract import Type
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_labels, gold_trader_day

TRADERS = 90
FIRST = datetime(2026, 1, 1, tzinfo=UTC).date()
#: 30 days of history, 40 as-of days, and the 6 days in which the last of their labels matures.
LAST = shift(FIRST, 30 + 40 - 1 + 6)


def features_table():
    from features.registry import TABLE

    return TABLE


def feature_rows(day, rng, ability):
    kinds = {
        Type.BIGINT: lambda: rng.integers(0, 9, TRADERS),
        Type.INT: lambda: rng.integers(0, 9, TRADERS),
        Type.BOOLEAN: lambda: rng.random(TRADERS) < 0.1,
        Type.DOUBLE: lambda: np.where(rng.random(TRADERS) < 0.1, np.nan, rng.normal(size=TRADERS)),
    }
    own = {
        "trader_address": [f"trader{n:04d}" for n in range(TRADERS)],
        "as_of": [midnight(day)] * TRADERS,
        "known_at": [midnight(day)] * TRADERS,
        "feature_day": [day] * TRADERS,
        "trader_cohort": [trader_cohort(f"trader{n:04d}") for n in range(TRADERS)],
        "equity_loss_ratio_7d": np.tanh(ability + rng.normal(size=TRADERS) / 2),
        "buy_sol_7d": np.exp(rng.normal(size=TRADERS)),
    }
    columns = {
        c.name: own.get(c.name, kinds.get(c.type, lambda: [midnight(day)] * TRADERS)())
        for c in features_table().columns
    }
    arrays = [pa.array(columns[c.name], type=c.type.arrow, from_pandas=True) for c in features_table().columns]
    return pa.Table.from_arrays(arrays, schema=features_table().arrow_schema)


def label_rows(day, rng, ability):
    lost = 0.4 + ability + rng.normal(size=TRADERS)
    exposed = rng.random(TRADERS) < 0.85
    rows = [
        {
            "trader_address": f"trader{n:04d}",
            "as_of": midnight(day),
            "horizon_days": 7,
            "outcome_lamports": int(-lost[n] * 2e9) if exposed[n] else 0,
            "is_exposed": bool(exposed[n]),
            "is_loss": bool(exposed[n] and lost[n] > 0.005),
            "is_severe_loss": bool(exposed[n] and lost[n] > 0.8),
            "label_version": LABEL_VERSION,
            "known_at": midnight(day) + timedelta(days=7),
            "label_day": day,
        }
        for n in range(TRADERS)
    ]
    return pa.Table.from_pylist(rows, schema=gold_labels.TABLE.arrow_schema)


def build(lake, seed=1, skill=1.0):
    """Writes the lake; without `skill` nobody loses more than others."""
    rng = np.random.default_rng(seed)
    ability = skill * rng.normal(size=TRADERS)
    as_of = span(shift(FIRST, 30), shift(LAST, 1))
    features = pa.concat_tables([feature_rows(day, rng, ability) for day in as_of])
    labels = pa.concat_tables([label_rows(day, rng, ability) for day in as_of if day <= shift(LAST, -6)])
    days = pa.table({"day": [FIRST], "trader_cohort": pa.array([0], pa.int32()), "trader_address": ["trader0000"]})
    for table, rows in ((features_table(), features), (gold_labels.TABLE, labels), (gold_trader_day.TABLE, days)):
        write_deltalake(f"{lake}/{table.name}", rows, mode="overwrite", partition_by=list(table.partition_by))


#: Who leaves the features of a T, and why.
LEAVING = [
    (["trader0003"], "one wallet was not real"),
    (["trader0003", "trader0007", "trader0011"], "three are not eligible any more"),
    ([], "nobody"),
    ([f"trader{n:04d}" for n in range(TRADERS)], "nobody is left, and the versions are still known"),
    ([f"trader{n:04d}" for n in range(2, TRADERS)], "two are back"),
]


def scored(context, day):
    from pumploss.tables.gold_scores import TABLE

    return context.lake.read(TABLE, [shift(day, 1)]).orderBy("trader_address").toArrow().to_pylist()


def restate(context, settings, features, digest):
    """Replaces the features of LAST, as gold_trader_features of the day before would, and says so in the ledger."""
    path = f"{settings.lake}/{features_table().name}"
    write_deltalake(path, features, mode="overwrite", predicate=f"feature_day = '{LAST}'")
    row = {"run_id": "r", "step": "gold_trader_features", "status": "ok", "seconds": 0.0, "inputs": "[]"}
    row |= {"outputs": json.dumps({"gold_trader_features": {"digest": digest}}), "landing": "l"}
    context.ledger.append([{**row, "day": shift(LAST, -1), "peak_memory_bytes": 1, "code_version": "0"}])
