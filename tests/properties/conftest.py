"""Empty lakes, and ways to fill them, for the laws that run on the engine."""

import pytest

from jobs.pipeline import WRITER
from pumploss.lake.segments import blocks, packing, tiers
from sources.parsing import drift
from tests.building import lakes


@pytest.fixture(scope="module")
def opened(spark, tmp_path_factory):
    """Opens contexts on empty homes."""
    return lambda: lakes.opened(tmp_path_factory.mktemp("laws"))


@pytest.fixture(scope="module")
def many_strays():
    """Lets nearly all records of a file be of other fields: here each line is judged by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drift, "RECORDS_PER_STRAY", 1)
        yield


@pytest.fixture
def small(monkeypatch):
    """Tiers, settling and blocks so small that a few days and rows have all of them."""
    monkeypatch.setattr(tiers, "TIER", 2)
    monkeypatch.setattr(tiers, "SETTLED_DAYS", 1)
    monkeypatch.setattr(packing, "LEAST_SLICES", 2)
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 3)


@pytest.fixture
def put(frame):
    """Replaces days of a table by rows, as a step would."""

    def put(context, table, days):
        for day, rows in days.items():
            context.lake.replace(table, frame(table, *rows), [day], {day: len(rows)})
        context.ledger.append(
            {"run_id": "r", "step": WRITER[table.name].name, "day": day, "status": "ok", "outputs": "{}"}
            for day in days
        )

    return put
