"""How the features of a lake are spread: share missing, quantiles and a small histogram of each."""

import json

import polars as pl

from features.registry import FEATURE_SET_VERSION, TABLE, features
from jobs.commands.feature_page import FIGURES
from pumploss.contract import Type

#: The last so many T of the market; before them 30 days may be missing.
DAYS = 30
BINS, LEVELS = 12, 8


def measured(context, market):
    """Figures of all features as of the last days of the lake; `market` says in words what was simulated."""
    rows = pl.read_delta(f"{context.settings.lake}/{TABLE.name}")
    days = rows["feature_day"].unique().sort()[-DAYS:]
    last = rows.filter(pl.col("feature_day").is_in(days.implode()))
    return {
        "feature_set_version": FEATURE_SET_VERSION,
        "market": market,
        "first_day": str(days[0]),
        "last_day": str(days[-1]),
        "rows": last.height,
        "traders": last["trader_address"].n_unique(),
        "features": {one.name: spread(last[one.name], one.type) for one in features()},
    }


def spread(column, kind):
    """Share missing, and of numbers three quantiles and the heights of a histogram, rounded so that few digits stay."""
    found = {"missing": round(column.null_count() / len(column), 4)}
    values = column.drop_nulls().cast(pl.Float64) if kind is not Type.TIMESTAMP else pl.Series([], dtype=pl.Float64)
    if not values.len():
        return found
    # Of what is there, not of a mean of two: such a value every machine has.
    low, *quantiles, high = (values.quantile(share, "lower") for share in (0.01, 0.05, 0.5, 0.95, 0.99))
    found["quantiles"] = [float(f"{value:.4g}") for value in quantiles]
    if low < high:
        place = ((values - low) / (high - low) * BINS).floor().clip(0, BINS - 1)
        counts = [int((place == at).sum()) for at in range(BINS)]
        found["bars"] = [-(-count * LEVELS // max(counts)) for count in counts]
    return found


def recorded():
    """Reads the recorded figures."""
    return json.loads(FIGURES.read_text(encoding="utf-8"))


def record(figures):
    """Records figures, a feature a line."""
    own = figures["features"]
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(own[name])}" for name in own)
    head = "".join(f"  {json.dumps(key)}: {json.dumps(figures[key])},\n" for key in figures if key != "features")
    FIGURES.write_text(f'{{\n{head}  "features": {{\n{lines}\n  }}\n}}\n', encoding="utf-8")
