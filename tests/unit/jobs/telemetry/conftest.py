"""Exporters that end with the test that made them."""

import pytest

from jobs.telemetry import exporting
from jobs.telemetry.patience import within


@pytest.fixture(autouse=True)
def exporters(monkeypatch):
    """Ends what sends in the background: it would try a collector that is gone again and again, at random moments."""
    made = []

    class Remembered(exporting.Exporter):
        def __init__(self, *given):
            super().__init__(*given)
            made.append(self)

    monkeypatch.setattr(exporting, "Exporter", Remembered)
    yield
    for exporter in made:
        for provider in (exporter._traces, exporter._metrics):
            within(5.0, provider.shutdown)
