"""A ledger of which everything waits for a person that can."""

import json

import pytest

from jobs.running.context import open_context
from pumploss.days import shift
from tests.building.dumps import land_day
from tests.building.receivers import receiver
from tests.building.said_rows import said
from tests.building.three_days import D1, D2, D3, more

D0, D4 = shift(D1, -1), shift(D3, 1)
GATE = "gold_market_day was not published, readers keep what they have. Failed:\n  STOP rows are counted"
DRIFT = "risk-score version 3, 2026-01-06: age_days is 44 (bound 42): days since the newest outcome"


@pytest.fixture
def told():
    """A receiver that answers."""
    with receiver() as made:
        yield made


@pytest.fixture
def troubled(settings):
    """A context on a ledger with one cause of every kind that needs no setting."""
    for day in (D1, D2, D3, D4):
        land_day(settings.landing, day, [more(day)])
    with open_context(settings) as context:
        said(context, "bronze_trades", "ok", D0, inputs=json.dumps([{"path": f"canonical/{D0}/trades.csv.gz"}]))
        said(context, "bronze_trades", "ok", D1, D3)
        said(context, "silver_trades", "failed", D2, error="disk full")
        said(context, "gold_market_day", "failed", D2, error=GATE)
        said(context, "gold_token_day", "ok", D1, outputs={"gold_token_day": {"rows": 3, "version": 1}})
        said(context, "silver_entries", "stale", D1, error="gold_token_day changed")
        said(context, "publish_warm", "ok", D1, D2)
        said(context, "publish_hot", "ok", D1)
        said(context, "publish_hot", "failed", D2, error="Redis is away")
        watched = {"gold_monitoring": {"stops": [DRIFT], "stopped": ["risk-score"]}}
        said(context, "gold_monitoring", "ok", D2, outputs=watched)
        yield context
