"""A table with a check of every kind."""

from datetime import date

from pumploss.contract import Check, Column, Metric, Severity, Table, Type, holds, within

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
TABLE = Table(
    name="things",
    description="Things of a day.",
    columns=(
        Column("thing", Type.STRING, "Its name"),
        Column("size_units", Type.BIGINT, "Its size", nullable=True),
        Column("weight_units", Type.BIGINT, "Its weight", nullable=True),
        Column("parts", Type.BIGINTS, "Its parts"),
        Column("run_id", Type.STRING, "Who wrote it"),
        Column("day", Type.DATE, "Day"),
    ),
    key=("thing", "day"),
    partition_by=("day",),
    checks=(
        *within("size_units", 0, 10, "small things only"),
        holds("size_units <> 7", "seven is unlucky"),
        Check(Metric.NULL_SHARE, "size_units", "sizes are mostly known", highest=0.5, severity=Severity.WARN),
        Check(Metric.ROW_COUNT, "", "days are short", highest=3),
    ),
)
