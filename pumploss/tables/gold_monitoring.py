"""Declares what is watched of the models every night: one row per day, model, measure and subject."""

from pumploss import columns as c
from pumploss.contract import Column, Severity, Table, Type, holds

TABLE = Table(
    name="gold_monitoring",
    description="Drift of inputs and scores, and how right matured scores were, per model and night, with verdicts.",
    columns=(
        c.AS_OF,
        Column("model", Type.STRING, "Registered name of the model"),
        Column("model_version", Type.STRING, "Version that gave the scores that are measured"),
        Column(
            "measure",
            Type.STRING,
            "What is measured; the bounds below name what is judged. `learned_days`: how many T are not",
        ),
        Column("subject", Type.STRING, "The input that is measured, or `all`"),
        Column("value", Type.DOUBLE, "The measured figure", nullable=True),
        Column("expected", Type.DOUBLE, "The figure that it is compared with, where there is one", nullable=True),
        Column("warn_bound", Type.DOUBLE, "The distance from which on it warns, chance considered", nullable=True),
        Column("stop_bound", Type.DOUBLE, "The distance from which on the model is trained again", nullable=True),
        Column("verdict", Type.STRING, "`ok`, `warn`, `stop`, `few` (too few rows to judge) or `measured` (unbounded)"),
        Column("row_count", Type.BIGINT, "Rows measured"),
        Column("support_count", Type.BIGINT, "Rows, or the rarer outcomes, that the verdict rests on"),
        Column("first_score_day", Type.DATE, "First day whose scores are measured, or left out (`learned_days`)"),
        Column("last_score_day", Type.DATE, "Last day whose scores are measured, or left out (`learned_days`)"),
        Column("monitor_day", Type.DATE, "The UTC day that starts at T"),
    ),
    key=("monitor_day", "model", "measure", "subject"),
    partition_by=("monitor_day",),
    order_by=("model", "measure", "subject"),
    checks=(
        holds(
            "verdict IN ('ok', 'warn', 'stop', 'few', 'measured')", "an unknown verdict reads as none", Severity.WARN
        ),
        holds("first_score_day <= last_score_day", "a span of days has an order", Severity.WARN),
        holds("last_score_day <= monitor_day", "nothing is measured ahead of its time", Severity.WARN),
    ),
)
