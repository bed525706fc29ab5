"""What mends days of the lake that are damaged on disk, as a command to type, and before a step builds them again."""

from collections.abc import Sequence
from datetime import date

from features import registry
from jobs.pipeline import WRITER, Step
from pumploss import catalog
from pumploss.contract import Table
from pumploss.days import Days, shift
from pumploss.lake import Lake
from pumploss.report import RunReport


def repair(table: Table, days: Sequence[date]) -> str:
    """Name the command that builds these partition days of a table again."""
    step = WRITER.get(table.name)
    if step is None:
        return "Put the files back from a backup."
    run_days = [shift(day, -step.offset_days) for day in days]
    range_of_days = f"--from {run_days[0]} --to {run_days[-1]}" if run_days[1:] else f"--day {run_days[0]}"
    return f"Build it again: `python -m jobs run {step.name} {range_of_days}`, which gives the same rows."


def drop_damaged(lake: Lake, step: Step, days: Days, report: RunReport) -> None:
    """Take out of the step's own tables those of the days that are damaged: the pass that follows builds them again."""
    tables = {**catalog.tables(), registry.TABLE.name: registry.TABLE}
    for name in step.writes:
        table = tables[name]
        partition_days = [shift(day, step.offset_days) for day in days]
        damaged = lake.damaged_days(table, partition_days)
        if damaged:
            lake.drop(table, damaged)
            report.warnings.append(f"{name} of {', '.join(map(str, damaged))} was damaged on disk and is built again")
