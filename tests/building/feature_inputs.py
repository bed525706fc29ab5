"""What features read, of the tables that say what happened: daily facts are made of them as their steps make them."""

from datetime import date
from typing import Any

from features.rolling.facts import Inputs
from features.rolling.mint_histories import for_cohorts, mint_histories
from jobs import gold_trader_entries, gold_trader_mints, gold_trader_positions
from pumploss.cohort import COHORTS
from pumploss.days import span
from tests.building.frames import in_memory

#: Days of which entries are walked: all of those that tests draw.
DAYS = span(date(2025, 12, 1), date(2026, 5, 31))


def inputs_of(frames: dict[str, Any]) -> Inputs:
    """Inputs of features from frames by the name of their table."""
    token_days = frames["gold_token_day"]
    return Inputs(
        trader_days=frames["gold_trader_day"],
        mints=gold_trader_mints.transform(frames["silver_trader_mint_day"], token_days),
        token_days=token_days,
        market_days=frames["gold_market_day"],
        positions=gold_trader_positions.transform(frames["silver_round_trips"]),
        entries=gold_trader_entries.transform(frames["silver_entries"], token_days, DAYS),
        rhythm=frames["gold_trader_rhythm"],
    )


def histories_of(token_days: Any) -> Any:
    """Histories of mints for every cohort."""
    return for_cohorts(in_memory("mint-histories", mint_histories(token_days)), range(COHORTS))
