"""What is counted of a dump day of a source."""

from tests.building.ordinary_days import DAILY, FIRST, SAMPLE, noted, trades, usual


def test_measures_are_counted_per_day_and_source(land):
    report = land(trades(FIRST, before=100), trades(FIRST, SAMPLE, trades=30, hours=5, mints=7), refused=[
        {"dump_day": FIRST, "source": DAILY, "reason": reason} for reason in ("future", "future", "sign")
    ])  # fmt: skip
    assert noted(report, FIRST) == {**usual(before=100), "records": 2_403, "quarantined": 3, "future": 2}
    assert noted(report, FIRST, SAMPLE) == {
        "records": 30, "rows": 30, "traders": 30, "mints": 7, "sol_lamports": 30 * 10**9, "hours": 5,
        "before": 0, "quarantined": 0, "future": 0,
    } == usual(trades=30, hours=5, mints=7)  # fmt: skip
    assert report.warnings == []
