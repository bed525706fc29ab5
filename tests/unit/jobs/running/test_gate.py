"""What a failed check says, and that trouble with Data Docs holds up no night."""

from datetime import date

import pytest

from jobs.running import gate
from pumploss import checks
from pumploss.checks import data_docs
from pumploss.errors import CheckError
from pumploss.report import RunReport
from pumploss.tables.gold_market_day import TABLE

DAY, NEXT = date(2026, 1, 5), date(2026, 1, 6)


@pytest.fixture
def judge(frame, tmp_path):
    """`judge(rows)`: the report of judging these rows of `gold_market_day`, with Data Docs below a temporary folder."""

    def judged(*rows, folder=tmp_path / "docs"):
        report = RunReport("gold_market_day")
        gate.judge_staged(TABLE, frame(TABLE, *rows), {row["day"]: row["day"] for row in rows}, folder, report)
        return report

    return judged


def test_what_passes_is_kept_for_data_docs_and_its_seconds_are_counted(judge, tmp_path):
    report = judge({"day": DAY})
    assert report.details["gate_seconds"].keys() == {TABLE.name}
    assert data_docs.has_results(tmp_path / "docs")
    gate.build_data_docs(tmp_path / "docs", print, report)
    assert data_docs.is_current(tmp_path / "docs")
    assert report.details["gate_seconds"].keys() == {TABLE.name, "data_docs"}


def test_a_failed_check_names_day_and_rows_and_what_to_do(judge, tmp_path):
    with pytest.raises(CheckError) as stopped:
        judge({"day": DAY}, {"day": NEXT, "buy_count": -5, "trade_count": -5})
    message = str(stopped.value)
    assert message.startswith("gold_market_day was not published, readers keep what they have. Failed:\n  2026-01-06:")
    assert "'buy_count': -5" in message
    assert data_docs.has_results(tmp_path / "docs"), "what failed is what people want to see there"


def test_a_folder_of_data_docs_that_cannot_be_written_is_only_said(judge, tmp_path):
    (tmp_path / "docs").write_text("no folder")
    (warning,) = judge({"day": DAY}).warnings
    assert warning.startswith("Data Docs lack a result of 2026-01-05")


def test_failed_checks_are_summed_up_by_name():
    (check, *_) = TABLE.all_checks
    verdicts = [checks.Verdict(check, day, -1.0) for day in (DAY, NEXT)]
    failed = gate.failed_checks(verdicts, {verdicts[1]: ("a row",)})
    assert failed == {check.name: data_docs.Failed((DAY, NEXT), ("a row",))}
