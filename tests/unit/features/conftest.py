"""One trader's five days, small enough to check every feature by hand."""

from typing import Any

import pytest

from tests.building.ann import DAYS, MARKET, MINTS, TOKENS, TRIPS, T
from tests.building.ann_entries import ENTRIES, RHYTHM


@pytest.fixture(scope="session")
def compute(frame: Any) -> Any:
    """`compute(days=..., mints=..., as_of_days=...)`: features by trader and T; what is left out is ann's."""
    from pumploss.tables import (
        gold_market_day,
        gold_token_day,
        gold_trader_day,
        gold_trader_rhythm,
        silver_entries,
        silver_round_trips,
        silver_trader_mint_day,
    )
    from tests.building.feature_inputs import features_of

    def features(
        days: Any = DAYS,
        mints: Any = MINTS,
        as_of_days: Any = (T,),
        market: Any = MARKET,
        trips: Any = TRIPS,
        entries: Any = ENTRIES,
        tokens: Any = TOKENS,
        rhythm: Any = RHYTHM,
    ) -> Any:
        rows = {
            gold_trader_day.TABLE: days, silver_trader_mint_day.TABLE: mints, gold_token_day.TABLE: tokens,
            gold_market_day.TABLE: market, silver_round_trips.TABLE: trips, silver_entries.TABLE: entries,
            gold_trader_rhythm.TABLE: rhythm,
        }  # fmt: skip
        frames = {table.name: frame(table, *of_table) for table, of_table in rows.items()}
        found = features_of(frames, as_of_days).toArrow().to_pylist()
        return {(row["trader_address"], row["feature_day"]): row for row in found}

    return features


@pytest.fixture(scope="session")
def ann(compute: Any) -> dict[str, Any]:
    """Ann's features as of T."""
    return compute()["ann", T]
