"""What the tests of the completeness gate share: days that were built before, and days that land."""

import json

import pyarrow as pa
import pytest

from jobs.gates.completeness import gate
from jobs.running.step_context import StepContext
from pumploss.report import RunReport
from pumploss.tables import bronze_trades
from tests.building.ordinary_days import DAILY, REFUSED, WEEK, closing, usual


@pytest.fixture
def write(context):
    """`write(outputs by day)`: the ledger's rows of days that were built, as the runner writes them."""

    def rows(outputs):
        row = {"run_id": "r", "step": bronze_trades.TABLE.name, "status": "ok", "seconds": 0.5, "inputs": "[]"}
        row |= {"peak_memory_bytes": 1, "code_version": "0", "landing": "l"}
        context.ledger.append({**row, "day": day, "outputs": json.dumps(noted)} for day, noted in outputs.items())

    return rows


@pytest.fixture
def remember(write):
    """`remember(days, source, ...)`: days of this kind were built before."""

    def days(days=WEEK, source=DAILY, **given):
        write({day: {bronze_trades.TABLE.name: {"completeness": {source: usual(**given)}}} for day in days})

    return days


@pytest.fixture
def land(context, spark, write):
    """`land(tables, refused=...)`: judge these days in one pass, and write what was noted."""

    def judge(*tables, refused=()):
        table = pa.concat_tables(tables)
        days = tuple(sorted({*table["dump_day"].to_pylist(), *(row["dump_day"] for row in refused)}))
        report = RunReport(bronze_trades.TABLE.name)
        lines = spark.createDataFrame([tuple(row.values()) for row in refused], REFUSED)
        gate(StepContext(context, days, report), spark.createDataFrame(table), closing(table, refused), lines, days)
        write({day: report.day(day).outputs for day in days})
        return report

    return judge
