"""Which versions stay whole is asked of the registry, the scores in the ledger and the warm store, as they are."""

import json

import pytest

from jobs.maintaining.pins import Pin, pins
from models.registry import Registry
from pumploss.errors import ModelError
from pumploss.warm import open_warm
from pumploss.warm.publishing import Published, record
from tests.building.three_days import D1, D2, D3


def registered(context):
    """Registers two versions of the loss model, as training tags them; the second is the champion."""
    registry = Registry(context.settings)
    client = registry._client
    client.create_registered_model("loss-prediction")
    for version, features in (("1", 3), ("2", 5)):
        tags = {
            "data_gold_labels": f"version {features + 1}, days abc",
            "data_gold_trader_features": f"version {features}",
        }
        client.create_model_version("loss-prediction", source="file:///nowhere", tags={**tags, "gate": "version 9"})
        client.set_registered_model_alias("loss-prediction", "champion", version)


def ended(context, step, outputs, *days):
    row = {"run_id": "r", "step": step, "status": "ok", "seconds": 0.5, "peak_memory_bytes": 1, "inputs": "[]"}
    context.ledger.append(
        {**row, "outputs": json.dumps(outputs), "code_version": "0", "landing": "/l", "day": day} for day in days
    )


def test_nothing_is_pinned_where_nothing_was_made(context):
    assert pins(context) == []


def test_models_name_what_they_learned_from_and_whom_they_scored(context):
    registered(context)
    ended(context, "gold_scores", {"gold_scores": {"models": ["1", "1"]}}, D1, D2)
    ended(context, "gold_scores", {"gold_scores": {"models": ["2", "1"]}}, D3)
    first, second = "loss-prediction version 1 (scored 2 days)", "loss-prediction version 2 (champion, scored 1 days)"
    assert pins(context) == [
        Pin("gold_labels", 4, first),
        Pin("gold_labels", 6, second),
        Pin("gold_trader_features", 3, first),
        Pin("gold_trader_features", 5, second),
    ]


def test_the_warm_store_names_what_it_shows(context):
    settings = context.settings
    with open_warm(settings) as warm:
        for number, day in enumerate((D1, D2)):
            versions = {"silver_trades": 7 + number, "gold_scores": None}
            record(warm, Published(f"p{number}", "r", day, settings.landing, settings.lake, {}, versions))
        warm.commit()
    assert pins(context) == [], "the ledger says that nothing was published"
    ended(context, "publish_warm", {}, D1, D2)
    assert pins(context) == [Pin("silver_trades", 8, f"the warm store of {D2}")]


def test_nothing_is_deleted_while_the_registry_cannot_be_asked(context):
    folder = context.settings.home / "mlflow"
    folder.mkdir(parents=True)
    (folder / "mlflow.db").write_bytes(b"no database")
    with pytest.raises(ModelError, match="cannot be opened"):
        pins(context)
