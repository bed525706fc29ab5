"""Declares what ran: one row per run, step and day."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type

TABLE = Table(
    name="run_ledger",
    description="Audit trail: what each run read, wrote, refused and how long it took.",
    columns=(
        c.RUN_ID,
        Column(
            "step",
            Type.STRING,
            "Name of the step, as in `jobs/pipeline.py`; `maintain` is upkeep, `alerts` who was told what",
        ),
        c.DAY.named("day", "Dump day that the step ran for"),
        Column("status", Type.STRING, "`ok`, `failed`, `skipped` or `stale`"),
        Column("rows_read", Type.BIGINT, "Rows or records read", nullable=True),
        Column("rows_written", Type.BIGINT, "Rows written", nullable=True),
        Column("rows_quarantined", Type.BIGINT, "Records refused", nullable=True),
        Column("rows_duplicate", Type.BIGINT, "Records dropped because they were there already", nullable=True),
        Column("seconds", Type.DOUBLE, "Wall time of the step over all days of its pass"),
        Column("peak_memory_bytes", Type.BIGINT, "Peak resident memory of the process so far"),
        Column("inputs", Type.STRING, "JSON list: files with checksum and counts, tables with version"),
        Column("outputs", Type.STRING, "JSON object: per table its rows and content digest of the day"),
        Column("output_version", Type.BIGINT, "Delta version that the step's main table got", nullable=True),
        Column("code_version", Type.STRING, "Version of the package and commit of the code"),
        Column("error", Type.STRING, "Why it failed, was skipped or is stale", nullable=True),
        Column(
            "landing",
            Type.STRING,
            "Landing that the lake was built from; one beside the lake, as seen from it",
        ),
        Column("written_at", Type.TIMESTAMP, "When the row was written, by the clock"),
        Column("run_day", Type.DATE, "UTC day on which the run started"),
        Column(
            "commit_version",
            Type.BIGINT,
            "Delta version of the commit: rows are ordered by it, not by the clock",
            nullable=True,
        ),
    ),
    partition_by=("run_day",),
    order_by=("commit_version",),
    no_key_because="a run may state a day twice: stale first, then rebuilt; what was committed last counts",
)
