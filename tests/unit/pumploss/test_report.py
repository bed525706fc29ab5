"""What a report says to people and to tools."""

import json
from datetime import date

from pumploss.days import span
from pumploss.report import RunReport

DAYS = span(date(2026, 1, 1), date(2026, 1, 3))


def test_a_report_reads_as_a_line():
    report = RunReport("gold_labels", skipped="too early", notes=["too early", "a note"], details={"seconds": 1.26})
    report.day(DAYS[0]).rows_read = 1234
    assert report.sentence() == "gold_labels: 1,234 read, 1.3 s\n      skipped: too early\n      a note"


def test_its_figures_are_one_line_of_json():
    report = RunReport("bronze_trades", notes=["a note", "another"], warnings=["w"] * 50)
    report.day(date(2026, 1, 1)).rows_read = 3
    report.day(date(2026, 1, 2)).rows_read = 4
    said = json.loads(json.dumps(report.figures("run", most_lines=1)))
    assert (said["first_day"], said["last_day"], said["days"], said["rows_read"]) == ("2026-01-01", "2026-01-02", 2, 7)
    assert (said["notes"], said["warnings"]) == (["a note"], ["w"])
    assert report.figures("run")["notes"] == ["a note", "another"]


def test_notes_of_a_table_are_added_to_those_that_are_there():
    report = RunReport("bronze_trades")
    report.day(DAYS[0]).note("bronze_trades", rows=1)
    report.day(DAYS[0]).note("bronze_trades", pooled=2)
    assert report.days[DAYS[0]].outputs == {"bronze_trades": {"rows": 1, "pooled": 2}}
