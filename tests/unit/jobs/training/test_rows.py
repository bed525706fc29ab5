"""Which rows a training may use."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from features.labels import HORIZON_DAYS, LABEL_VERSION
from jobs.training import rows
from pumploss.errors import ModelError
from pumploss.settings import ROOT
from pumploss.tables import gold_labels, gold_trader_day

DAY = date(2026, 3, 1)


def put(context, frame, table, *rows):
    from collections import Counter

    counted = Counter(row[table.day] for row in rows)
    context.lake.replace(table, frame(table, *rows), list(counted), dict(counted))


def label(day, trader="ann", **more):
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    known = datetime(2026, 3, 2, tzinfo=UTC)
    of_today = {"label_version": LABEL_VERSION, "horizon_days": HORIZON_DAYS}
    return {"trader_address": trader, "as_of": at, "label_day": day, "known_at": known, **of_today, **more}


def test_only_labels_with_a_full_history_that_have_matured_are_used(context, frame):
    put(context, frame, gold_trader_day.TABLE, {"trader_address": "ann", "day": date(2026, 1, 1)})
    days = [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 23), date(2026, 2, 24)]
    put(context, frame, gold_labels.TABLE, *(label(day) for day in days))
    found, share = rows._labels(context, DAY, None)
    assert share == 1
    assert sorted(found["as_of"].dt.date()) == [date(2026, 1, 31), date(2026, 2, 23)]


def test_a_label_that_was_known_only_later_waits(context, frame):
    put(context, frame, gold_trader_day.TABLE, {"trader_address": "ann", "day": date(2026, 1, 1)})
    late = datetime(2026, 3, 3, tzinfo=UTC)
    put(context, frame, gold_labels.TABLE, label(date(2026, 2, 1)), label(date(2026, 2, 1), "bob", known_at=late))
    assert rows._labels(context, DAY, None)[0]["trader_address"].to_list() == ["ann"]


@pytest.mark.parametrize("other", [{"label_version": 1}, {"horizon_days": 30}])
def test_labels_of_another_meaning_are_refused_by_name(context, frame, other):
    put(context, frame, gold_trader_day.TABLE, {"trader_address": "ann", "day": date(2026, 1, 1)})
    put(context, frame, gold_labels.TABLE, label(date(2026, 2, 1)), label(date(2026, 2, 2), **other))
    with pytest.raises(ModelError, match=r"T = 2026-02-02 are of version . over \d+ days; models learn from version 2"):
        rows._labels(context, DAY, None)


def test_stale_labels_are_refused(context, frame):
    from pumploss.errors import StaleError

    put(context, frame, gold_trader_day.TABLE, {"trader_address": "ann", "day": date(2026, 1, 1)})
    put(context, frame, gold_labels.TABLE, label(date(2026, 2, 1)))
    row = {"run_id": "r", "step": "gold_labels", "day": date(2026, 2, 7), "status": "stale", "error": "restated"}
    context.ledger.append([row])
    with pytest.raises(StaleError, match="gold_labels of 2026-02-07 is stale"):
        rows._labels(context, DAY, None)


#: Asks for features of a lake that is none, while something is held.
ASKING = """
import gc, weakref
from types import SimpleNamespace

import polars as pl

from jobs.training import rows
from pumploss.errors import LakeError

class Rows:
    pass

def asking():
    held = Rows()
    try:
        rows.with_features(SimpleNamespace(settings=SimpleNamespace(lake="none")), pl.DataFrame(), 0)
    except LakeError:
        return weakref.ref(held)

held = asking()
gc.collect()
print("given back" if held() is None else "kept")
"""


def test_what_a_training_holds_while_it_joins_features_is_given_back():
    # In a process of its own: what a library keeps of its callers it keeps from the first time that it is loaded.
    said = subprocess.run([sys.executable, "-c", ASKING], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "given back"
