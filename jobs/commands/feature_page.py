"""Writes the catalogue of features: what each means and rests on, who uses it, and how it is spread over a market."""

import json
import re
from collections.abc import Iterable
from importlib import import_module
from itertools import groupby
from typing import Any

from features.registry import FEATURE_SET_VERSION, Feature, features
from models import loss_model, risk_model
from models.spec import SEED_INPUTS
from pumploss.contract import Type
from pumploss.settings import ROOT

#: How the features of the fixed market are spread; `make digests` writes it.
FIGURES = ROOT / "docs" / "figures" / "features.json"
BARS = " ▁▂▃▄▅▆▇█"

#: Who else uses a feature than the models, by what reads it.
USERS = {
    "trader_features": (
        "total_trades", "avg_trade_size", "trade_size_volatility", "total_losses", "loss_count", "avg_loss_size",
        "preferred_hour", "active_days", "unique_tokens", "loss_ratio", "last_trade_time", "first_trade_time",
    ),
    "LossPredictionFeatures": SEED_INPUTS,
    "baselines": ("loss_24h_sol", "loss_trades_24h", "buy_sol_7d"),
    "trader_at_request": ("last_trade_time", "stake_median_sol_30d"),
    "relative": ("buy_sol_30d", "equity_loss_ratio_30d", "dead_share_30d"),
}  # fmt: skip
_HEAD = (
    "feature", "meaning", "type", "unit", "window", "missing", "missing of the market", "p5", "median", "p95",
    "spread", "used by", "constraint", "rests on", "recomputed",
)  # fmt: skip
_SIGNS = {-1: "lowers risk", 0: "", 1: "raises risk"}


def page(note: str) -> str:
    """Make the page; `note` says who writes it. A feature that came after the figures has none."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    models = ", ".join(f"`{spec.name}`" for spec in (loss_model.SPEC, risk_model.SPEC))
    said = (
        f"# Features\n\n{note}\nFeature set version {FEATURE_SET_VERSION}. Shares and quantiles are of the "
        f"{figures['rows']:,} rows of {figures['traders']:,} traders as of {figures['first_day']} to "
        f"{figures['last_day']} in the fixed market of the tests ({figures['market']}), by feature set version "
        f"{figures['feature_set_version']}. They say how features are spread there, and nothing of real traders. The "
        "spread runs in twelve steps from the 1st to the 99th percentile; its highest bar is the most frequent.\n\n"
        f"Models are {models}; both are given every input. `trader_features` and `LossPredictionFeatures` are the "
        "lists of the original design, `baselines` the rankings that models must beat, `trader_at_request` what is "
        "worked out with a request, `relative` the ranks. All features are published and served online.\n"
    )
    groups = groupby(features(), key=lambda known: known.group)
    return said + "".join(_group(name, list(own), figures["features"]) for name, own in groups)


def _group(name: str, own: list[Feature], figures: dict[str, Any]) -> str:
    about = (import_module(f"features.{name}").__doc__ or "").strip().partition("\n")[0]
    lines = [_HEAD, tuple("---" for _ in _HEAD), *(_row(known, figures.get(known.name, {})) for known in own)]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"\n## {name}\n\n{about}\n\n{table}\n"


def _row(known: Feature, figure: dict[str, Any]) -> tuple[str, ...]:
    quantiles = figure.get("quantiles") or [None] * 3
    return (
        f"`{known.name}`",
        known.description,
        known.type.spark,
        known.unit.replace("sol", "SOL") or ("count" if known.type is Type.BIGINT else ""),
        known.window,
        missing_meaning(known),
        f"{figure['missing']:.1%}" if known.is_nullable and figure else "",
        *("" if value is None else f"{value:.4g}" for value in quantiles),
        f"`{''.join(BARS[level] for level in figure['bars'])}`" if figure.get("bars") else "",
        ", ".join(users(known)),
        _SIGNS[known.monotone],
        f"`{known.support}`" if known.support else "",
        "nightly" if known.is_recomputed else "no",
    )


def missing_meaning(known: Feature) -> str:
    """Say when a feature is missing: in its own words, or without what it rests on; never, where it always exists."""
    if not known.is_nullable:
        return "never"
    stated = re.findall(r"[Mm]issing ([^.;]+)", known.description)
    return "; ".join(stated) or f"without `{known.support}`, or where what it is divided by is 0"


def users(known: Feature) -> Iterable[str]:
    """List who uses a feature beside those who read all of them."""
    models = ["models"] if known.is_model_input else []
    return [*models, *(f"`{user}`" for user, names in USERS.items() if known.name in names)]
