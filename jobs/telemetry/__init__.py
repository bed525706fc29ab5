"""What steps did, as OpenTelemetry spans and metrics, where an OTLP address is given; nothing of a night waits for it.

`steps.observe` says what is told of a pass, `exporting` is the way there.
"""
