"""Draws rows of `gold_trader_features` of a crowd: every feature of every trader, random, a tenth of them missing."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from benchmarks.crowd import FIRST_DAY, Crowd
from features.registry import TABLE, features
from pumploss.contract import Type

#: The first T that is drawn.
AT = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
_MISSING = 0.1


def feature_rows(crowd: Crowd, day: int = 0) -> pa.Table:
    """Make a row of each trader as of `AT` and so many days, known at that T."""
    draw, at = np.random.default_rng((crowd.seed, day)), AT + timedelta(days=day)
    columns = {
        "trader_address": crowd.addresses,
        "trader_cohort": pa.array(crowd.cohorts),
        **dict.fromkeys(
            ("as_of", "known_at"), pa.array(np.full(crowd.traders, np.datetime64(at.replace(tzinfo=None))))
        ),
        "feature_day": pa.array(np.full(crowd.traders, np.datetime64(at.date()))),
    }
    for feature in features():
        values = draw.random(crowd.traders) if feature.type is Type.DOUBLE else draw.integers(0, 2, crowd.traders)
        mask = draw.random(crowd.traders) < _MISSING if feature.is_nullable else None
        columns[feature.name] = pa.array(values, mask=mask).cast(feature.type.arrow)
    return pa.table({name: columns[name] for name in TABLE.names}).cast(TABLE.arrow_schema)
