"""Days that are cut, shifted or landed in part are told from days that are only quieter."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobs.gates.completeness import SUITE
from jobs.running.gate import build_data_docs
from jobs.running.step_context import StepContext
from pumploss.checks import data_docs
from pumploss.days import shift, span
from pumploss.errors import CheckError
from pumploss.tables import bronze_trades
from simulator import Market
from simulator.market import simulate
from tests.building.ordinary_days import DAILY, DAY, FIRST, SAMPLE, WEEK, noted, trades


def lines(reason, count):
    return [{"dump_day": DAY, "source": DAILY, "reason": reason}] * count


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"trades": 1_200}, "rows is 1,200, the median of 7 earlier days is 2,400; trailing_ratio 0.5 is outside [0.6"),
        ({"trades": 7_440}, "rows is 7,440"),
        ({"traders": 300}, "traders is 300"),
        ({"mints": 200}, "mints is 200"),
        ({"lamports": 10**9 // 2}, "sol_lamports is 1,200.000 SOL, the median of 7 earlier days is 2,400.000 SOL"),
        ({"hours": 21}, "hours is 21"),
        ({"before": 100}, "before_share is 4.17%"),
    ],
)
def test_a_day_unlike_the_week_before_it_stops(land, remember, given, said):
    remember()
    with pytest.raises(CheckError) as caught:
        land(trades(DAY, **given))
    message = str(caught.value)
    assert f"{DAY} {DAILY}: {said}" in message
    assert f"`pumploss run bronze_trades --day {DAY} --accept-completeness`" in message


@pytest.mark.parametrize(("reason", "count"), [("sign", 50), ("future", 25)])
def test_a_day_with_more_refused_lines_than_the_week_before_stops(land, remember, reason, count):
    remember()
    with pytest.raises(CheckError, match="quarantined_share" if reason == "sign" else "future_share"):
        land(trades(DAY), refused=lines(reason, count))


def test_a_day_of_which_nothing_could_be_read_stops(land, remember):
    remember()
    with pytest.raises(CheckError, match="rows is 0"):
        land(trades(DAY, SAMPLE), refused=lines("malformed", 2_400))


@pytest.mark.parametrize("given", [{"trades": 1_500}, {"trades": 7_000}, {"hours": 22}, {"before": 60}])
def test_a_quiet_or_a_wild_day_passes(land, remember, given):
    remember()
    assert land(trades(DAY, **given)).warnings == []


def test_without_seven_days_in_a_row_a_check_only_warns(land, remember):
    remember(WEEK[1:])
    (said,) = [text for text in land(trades(DAY, trades=1_200)).warnings if "rows is" in text]
    assert "the median of 6 earlier days" in said
    # The median of what came before holds against one bad day, and a gap does not hide the days behind it.
    late = land(trades(shift(DAY, 3), trades=1_200))
    assert any("the median of 7 earlier days is 2,400" in text for text in late.warnings)


def test_a_sample_only_ever_warns(land, remember):
    remember(source=SAMPLE)
    assert any("rows is 1,200" in text for text in land(trades(DAY, SAMPLE, trades=1_200)).warnings)


def test_days_too_small_to_judge_only_warn(land, remember):
    remember(trades=40, traders=20, mints=10)
    assert any("rows is 20" in text for text in land(trades(DAY, trades=20, traders=20, mints=10)).warnings)


def test_an_accepted_day_warns_stays_accepted_and_is_on_record(context, land, remember):
    remember()
    cut = trades(DAY, trades=1_200, traders=600)
    with pytest.raises(CheckError):
        land(cut)
    context.accept_completeness = True
    report = land(cut)
    assert any("rows is 1,200" in text for text in report.warnings)
    assert noted(report, DAY)["accepted"] == ["rows", "sol_lamports"]
    context.accept_completeness = False
    assert noted(land(cut), DAY)["accepted"] == ["rows", "sol_lamports"]
    with pytest.raises(CheckError):
        land(trades(DAY, trades=1_100, traders=600))
    assert "accepted" not in noted(land(trades(DAY)), DAY)


def test_accepting_an_ordinary_day_records_nothing(context, land, remember):
    remember()
    context.accept_completeness = True
    assert "accepted" not in noted(land(trades(DAY)), DAY)


def test_a_rerun_is_judged_by_earlier_days_only(land, remember):
    remember((*WEEK, DAY))
    remember(span(shift(DAY, 1), shift(DAY, 8)), trades=7_000)
    assert land(trades(DAY)).warnings == []
    with pytest.raises(CheckError, match="the median of 7 earlier days is 2,400"):
        land(trades(DAY, trades=1_200))


def test_simulated_days_pass_and_a_range_is_judged_as_its_days_one_by_one(context, land):
    days = span(FIRST, shift(FIRST, 11))
    tape = simulate(Market(days=len(days), trades_per_day=2_600, seed=3, first_day=FIRST))
    tape = tape.append_column("trade_date", pc.cast(tape["traded_at"], pa.date32()))
    tape = tape.append_column("dump_day", tape["trade_date"]).append_column("source", pa.array([DAILY] * len(tape)))
    tape = tape.select(trades(FIRST).column_names)
    by_day = [tape.filter(pc.equal(tape["dump_day"], pa.scalar(day))) for day in days]
    assert land(*by_day).warnings == []
    context.accept_completeness = True
    by_day[9] = by_day[9].slice(0, len(by_day[9]) // 2)
    whole = land(*by_day)
    single = [land(table) for table in by_day]
    assert whole.warnings == [text for report in single for text in report.warnings] != []
    assert [noted(whole, day) for day in days] == [noted(report, day) for report, day in zip(single, days, strict=True)]
    assert [day for day in days if "accepted" in noted(whole, day)] == [days[9]]


def test_data_docs_show_what_was_judged(context, land, remember):
    remember()
    with pytest.raises(CheckError):
        land(trades(DAY, trades=1_200))
    build_data_docs(context.settings.data_docs_dir, context.say)
    (page,) = (context.settings.data_docs_dir / "site" / "validations" / SUITE / str(DAY)).rglob("*.html")
    text = page.read_text()
    assert f"failed on {DAY} {DAILY}" in text
    assert "Failed" in text
    assert data_docs.is_current(context.settings.data_docs_dir)


def test_the_measures_outlive_what_publishing_notes(context, land, frame):
    report = land(trades(FIRST))
    one = {"dump_day": FIRST, "source": DAILY, "traded_at": datetime(2026, 1, 1, tzinfo=UTC), "direction": "buy"}
    one |= {"fee_source": "event", "amount_basis": "curve"}
    step = StepContext(context, (FIRST,), report)
    step.publish(bronze_trades.TABLE, frame(bronze_trades.TABLE, one), [FIRST])
    kept = report.day(FIRST).outputs[bronze_trades.TABLE.name]
    assert kept["rows"] == 1
    assert kept["completeness"][DAILY]["rows"] == 2_400
    assert kept.keys() == {"rows", "digest", "version", "files", "completeness"}
