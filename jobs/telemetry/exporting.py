"""Sends spans and metrics to an OTLP collector over HTTP, in the background: one that is away holds nobody up."""

import hashlib
import logging
from functools import cache

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator

from jobs.telemetry.patience import within
from pumploss.redaction import redacted
from pumploss.version import code_version

#: A night that was killed has told what it did up to so many seconds before.
_EVERY_SECONDS = 15
#: How long a collector may take; who closes a run waits no longer.
_PATIENCE_SECONDS = 5.0


class _OfRun(IdGenerator):
    """Gives all spans of a run one trace, whichever of its processes they are of."""

    def __init__(self, run: str) -> None:
        self._trace = int.from_bytes(hashlib.sha256(run.encode()).digest()[:16], "big")

    def generate_trace_id(self) -> int:
        return self._trace

    def generate_span_id(self) -> int:
        return RandomIdGenerator().generate_span_id()


class _Overheard(logging.Handler):
    """Keeps what the library has to complain of, instead of having it printed as it stands."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.complaints.append(redacted(record.getMessage()))


class Exporter:
    """Makes spans and metrics of one run for one collector."""

    def __init__(self, endpoint: str, run: str) -> None:
        resource = Resource.create({"service.name": "pumploss", "service.version": code_version()})
        base = endpoint.rstrip("/")
        traces = OTLPSpanExporter(f"{base}/v1/traces", timeout=_PATIENCE_SECONDS)
        measures = OTLPMetricExporter(f"{base}/v1/metrics", timeout=_PATIENCE_SECONDS)
        every = _EVERY_SECONDS * 1000
        # Nothing is sent once more when the process ends: `flush` has had its time.
        self._traces = TracerProvider(resource=resource, id_generator=_OfRun(run), shutdown_on_exit=False)
        self._traces.add_span_processor(BatchSpanProcessor(traces, schedule_delay_millis=every))
        self._metrics = MeterProvider(
            [PeriodicExportingMetricReader(measures, every)], resource, shutdown_on_exit=False
        )
        self.tracer = self._traces.get_tracer("pumploss")
        self.meter = self._metrics.get_meter("pumploss")
        self._overheard = _overheard()

    def flush(self) -> str | None:
        """Send what is left; answers why something was not taken, in the library's words, or None."""
        refusal = within(_PATIENCE_SECONDS, lambda: (self._traces.force_flush(), self._metrics.force_flush()))
        complaints, self._overheard.complaints = self._overheard.complaints, []
        return refusal or (complaints[-1] if complaints else None)


@cache
def _overheard() -> _Overheard:
    handler, logger = _Overheard(), logging.getLogger("opentelemetry")
    logger.addHandler(handler)
    logger.propagate = False
    return handler


@cache
def exporter(endpoint: str, run: str) -> Exporter:
    """Answer the exporter of a run; it is made once per process."""
    return Exporter(endpoint, run)
