"""The sums of files."""

from collections import Counter
from datetime import date

import pytest

from jobs.bronze import accounting
from jobs.bronze.accounting import Fates, Retried
from pumploss.errors import ConservationError, LandingError
from pumploss.report import RunReport
from sources.parsing.read_file import ReadFile

D1, D2 = date(2026, 1, 5), date(2026, 1, 6)


def landed(**given):
    return ReadFile(**{"dump_day": D1, "source": "canonical", "file": "f", "records": 6, "sha256": "0", **given})


def counts(**given):
    return Counter({(D1, name): count for name, count in given.items()})


def test_a_files_records_are_written_refused_copied_or_routed():
    fates = Fates(counts(f=2, old=1), counts(f=1, old=2), counts(f=1), counts(f=2), {(D1, "old"): Retried("f", 3)})
    report = RunReport("bronze_trades")
    accounting.account([landed()], fates, report)
    day = report.days[D1]
    again = {"path": "old", "records": 3, "written": 1, "quarantined": 2, "duplicate": 0}
    assert day.inputs == [
        {
            "path": "f", "sha256": "0", "records": 6, "written": 2, "quarantined": 1, "duplicate": 1,
            "routed": {"bronze_token_events": 2}, "retried": [again],
        }
    ]  # fmt: skip
    assert (day.rows_read, day.rows_written, day.rows_quarantined, day.rows_duplicate) == (9, 3, 3, 1)


def test_a_file_says_how_many_events_are_longer_than_any_that_is_known():
    report = RunReport("bronze_trades")
    accounting.account([landed(trailing_bytes_count=2)], Fates(counts(f=6), counts(), counts()), report)
    assert report.days[D1].inputs[0]["trailing_bytes_count"] == 2


@pytest.mark.parametrize("retried", [{}, {(D1, "old"): Retried("f", 1)}])
def test_a_record_that_is_lost_stops_everything(retried):
    fates = Fates(counts(f=6) if retried else counts(f=5), counts(), counts(), counts(), retried)
    with pytest.raises(ConservationError, match=r"(f holds 6|old holds 1) records"):
        accounting.account([landed()], fates, RunReport("bronze_trades"))


def test_a_file_that_cannot_be_read_stops_the_pass_and_every_file_stays_on_record():
    broken = landed(file="g", records=None, reason="truncated", detail="g: the gzip stream was cut")
    report = RunReport("bronze_trades")
    accounting.refuse_files([landed()], (D1,), report)
    assert not report.days
    with pytest.raises(LandingError, match=r"1 landed files of 2026-01-05.*\n  truncated: g: the gzip stream was cut"):
        accounting.refuse_files([landed(), broken], (D1,), report)
    assert report.is_evidence
    assert [(entry["path"], entry["reason"]) for entry in report.days[D1].inputs] == [("f", None), ("g", "truncated")]
