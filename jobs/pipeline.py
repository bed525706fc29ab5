"""The pipeline on one page: every step, what it reads, and when it runs. DAGs, command line and docs read this list."""

from dataclasses import dataclass
from enum import StrEnum

from features.labels import HORIZON_DAYS

LANDING = "landing"


class Cadence(StrEnum):
    """How often a step is scheduled."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Step:
    """One module of `jobs` with a `run(context, days)`, whose context reads tables of `reads` and of `writes` alone.

    The rows of the first table of `reads` are those that a step which `writes` a table has read of a day.
    `lookback_days` says how many earlier days of its inputs a day needs; None means state: everything before it.
    `offset_days` is the partition day of the output minus the dump day. A step that is not `is_restated` keeps what it
    wrote when its inputs change later. `waits_for` names steps that come first without being read as a table.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...] = ()
    lookback_days: int | None = 0
    offset_days: int = 0
    cadence: Cadence = Cadence.DAILY
    is_restated: bool = True
    waits_for: tuple[str, ...] = ()


STEPS = (
    Step("bronze_trades", (LANDING,), ("bronze_trades", "quarantine_trades", "bronze_token_events"), is_restated=False),
    Step("silver_tokens", ("bronze_token_events", "bronze_trades"), ("silver_tokens", "silver_pools"), None),
    Step("silver_trades", ("bronze_trades", "silver_tokens"), ("silver_trades",), 7),
    Step("silver_trade_pnl", ("silver_trades",), ("silver_trade_pnl", "silver_open_lots", "silver_round_trips"), None),
    Step("silver_trader_mint_day", ("silver_trade_pnl",), ("silver_trader_mint_day",), None),
    Step(
        "gold_token_day",
        ("silver_trades", "silver_trade_pnl", "bronze_token_events", "silver_trader_mint_day"),
        ("gold_token_day",),
        None,
    ),
    Step("silver_entries", ("silver_trades", "silver_trader_mint_day", "gold_token_day"), ("silver_entries",), None),
    Step(
        "gold_trader_day",
        ("silver_trade_pnl", "silver_open_lots", "silver_trader_mint_day", "gold_token_day"),
        ("gold_trader_day",),
        None,
    ),
    Step("gold_lifetime_losers", ("gold_trader_day",), ("gold_lifetime_losers",), None),
    Step("gold_trader_rhythm", ("silver_trade_pnl",), ("gold_trader_rhythm",)),
    Step("gold_trader_positions", ("silver_round_trips",), ("gold_trader_positions",)),
    Step("gold_trader_mints", ("silver_trader_mint_day", "gold_token_day"), ("gold_trader_mints",)),
    Step("gold_trader_entries", ("silver_entries", "gold_token_day"), ("gold_trader_entries",), 1),
    Step("gold_market_day", ("gold_token_day", "gold_trader_day"), ("gold_market_day",)),
    Step(
        "gold_trader_features",
        (
            "gold_trader_day",
            "gold_trader_mints",
            "gold_token_day",
            "gold_market_day",
            "gold_trader_entries",
            "gold_trader_rhythm",
            "gold_trader_positions",
        ),
        ("gold_trader_features",),
        30,
        offset_days=1,
    ),
    Step(
        "recompute_features",
        (
            "gold_trader_features",
            "silver_trades",
            "silver_open_lots",
            "silver_round_trips",
            "silver_trader_mint_day",
            "gold_token_day",
            "silver_entries",
            "gold_trader_day",
            "gold_market_day",
        ),
        lookback_days=30,
        is_restated=False,
    ),
    Step(
        "gold_labels",
        ("gold_trader_features", "gold_trader_day"),
        ("gold_labels",),
        29 + HORIZON_DAYS,
        offset_days=1 - HORIZON_DAYS,
    ),
    Step(
        "train_loss_model",
        ("gold_labels", "gold_trader_features", "gold_trader_day"),
        lookback_days=90,
        cadence=Cadence.WEEKLY,
        is_restated=False,
    ),
    Step(
        "train_risk_model",
        ("gold_labels", "gold_trader_features", "gold_trader_day"),
        lookback_days=90,
        cadence=Cadence.WEEKLY,
        is_restated=False,
        # A version carries the loss model that serves when it is registered, for consumers' expected losses.
        waits_for=("train_loss_model",),
    ),
    Step(
        "gold_scores",
        ("gold_trader_features",),
        ("gold_scores",),
        offset_days=1,
        is_restated=False,
        waits_for=("train_loss_model", "train_risk_model"),
    ),
    # Waits for scores beside reading them: where nothing was ever scored, nothing is lacking that was not watched.
    Step(
        "gold_monitoring",
        ("gold_scores", "gold_labels", "gold_trader_features"),
        ("gold_monitoring",),
        HORIZON_DAYS + 6,
        offset_days=1,
        is_restated=False,
        waits_for=("gold_scores",),
    ),
    Step(
        "publish_warm",
        (
            "silver_trades",
            "silver_trade_pnl",
            "gold_trader_day",
            "gold_lifetime_losers",
            "gold_market_day",
            "gold_trader_features",
            "gold_scores",
        ),
        lookback_days=90,
        is_restated=False,
        waits_for=("recompute_features",),
    ),
    # What is published follows close on one another, the hot store's pointer last: it says which T each part shows.
    Step("materialize_features", ("gold_trader_features",), is_restated=False, waits_for=("publish_warm",)),
    Step("publish_hot", ("gold_market_day",), is_restated=False, waits_for=("publish_warm", "materialize_features")),
)

BY_NAME = {step.name: step for step in STEPS}
#: The step that writes a table.
WRITER = {table: step for step in STEPS for table in step.writes}


def upstream(step: Step) -> tuple[str, ...]:
    """Names the steps that must have run before it, in pipeline order."""
    needed = {WRITER[table].name for table in step.reads if table != LANDING} | set(step.waits_for)
    return tuple(other.name for other in STEPS if other.name in needed)


def dependents(name: str) -> tuple[Step, ...]:
    """Finds, in pipeline order, every restated step that reads, directly or not, what the named step writes."""
    affected = {name}
    for step in STEPS:
        if affected & {WRITER[table].name for table in step.reads if table != LANDING}:
            affected.add(step.name)
    return tuple(step for step in STEPS if step.name in affected - {name} and step.is_restated)


def daily() -> tuple[Step, ...]:
    """Lists the steps of a night, in order."""
    return tuple(step for step in STEPS if step.cadence is Cadence.DAILY)


def weekly() -> tuple[Step, ...]:
    """Lists the training steps, in order."""
    return tuple(step for step in STEPS if step.cadence is Cadence.WEEKLY)
