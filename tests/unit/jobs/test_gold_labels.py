"""Outcomes by hand, thresholds on both sides, and which T are labelled."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from features.labels import DUST_LAMPORTS, LABEL_VERSION
from features.registry import TABLE as FEATURES
from jobs import gold_labels
from jobs.running.runner import run_pass
from pumploss.days import midnight, shift, span
from pumploss.report import RunReport
from pumploss.tables import gold_labels as contract
from pumploss.tables import gold_trader_day

SOL = 10**9
T = date(2026, 3, 31)
BEFORE, INSIDE, AFTER = date(2026, 3, 20), date(2026, 4, 6), date(2026, 4, 7)


def day_row(trader: str, day: date, **given: Any) -> dict[str, Any]:
    hours = {"trades_by_hour": [0] * 24, "trades_by_hour_close": [0] * 24}
    plain = {**hours, "superseded_by_age": [0] * 6, "known_at": midnight(shift(day, 1))}
    return {"trader_address": trader, "day": day, **plain, **given}


@pytest.fixture
def label(frame: Any) -> Any:
    """`label(trader_days)`: labels as of T, by trader, of everybody in them."""

    def compute(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
        traders = {row["trader_address"] for row in rows}
        eligible = frame(FEATURES, *({"trader_address": one, "feature_day": T} for one in traders))
        found = gold_labels.transform(eligible, frame(gold_trader_day.TABLE, *rows)).toArrow().to_pylist()
        return {row["trader_address"]: row for row in found}

    return compute


def test_a_label_by_hand(label):
    found = label(
        day_row(
            "ann", shift(T, -1), equity_close_lamports=2 * SOL, equity_change_lamports=-50 * SOL,
            outlay_peak_lamports=50 * SOL, marked_value_lamports=SOL,
        ),
        day_row(
            "ann", T, trade_count=3, buy_cost_lamports=SOL, sell_net_lamports=2 * SOL, proceeds_lamports=3 * SOL // 2,
            outlay_lamports=-SOL // 2, outlay_peak_lamports=SOL,
            equity_change_lamports=-SOL, equity_close_lamports=4 * SOL, equity_last_price_close_lamports=1,
        ),
        day_row("ann", INSIDE, equity_change_lamports=-SOL // 2, equity_close_lamports=3 * SOL),
        day_row("ann", AFTER, trade_count=9, equity_change_lamports=-50 * SOL, equity_close_lamports=9 * SOL),
    )["ann"]  # fmt: skip
    assert list(found) == contract.TABLE.names
    assert found == {
        "trader_address": "ann",
        "as_of": datetime(2026, 3, 31, tzinfo=UTC),
        "horizon_days": 7,
        "outcome_lamports": -3 * SOL // 2,
        "buy_cost_lamports": SOL,
        "equity_start_lamports": 2 * SOL,
        "equity_marked_start_lamports": SOL,
        "equity_end_lamports": 3 * SOL,
        "equity_last_price_start_lamports": 0,
        "equity_last_price_end_lamports": 0,
        "trade_count": 3,
        "unmatched_lamports": SOL // 2,
        "unmatched_share": 0.25,
        "capital_lamports": 3 * SOL,
        "outcome_loss_ratio": 0.5,
        "is_exposed": True,
        "is_loss": True,
        "is_severe_loss": True,
        "is_last_price_marked": False,
        "label_version": LABEL_VERSION,
        "known_at": datetime(2026, 4, 7, tzinfo=UTC),
        "label_day": T,
    }


def test_thresholds(label):
    def held(name: str, outcome: int, equity: int) -> list[dict[str, Any]]:
        levels = {"equity_close_lamports": equity, "equity_last_price_close_lamports": equity}
        before = day_row(name, shift(T, -7), marked_value_lamports=equity, **levels)
        return [before, day_row(name, INSIDE, equity_change_lamports=outcome)]

    found = label(
        *held("dust", -DUST_LAMPORTS, SOL),
        *held("more than dust", -DUST_LAMPORTS - 1, SOL),
        *held("severe", -SOL, 4 * SOL),
        *held("almost a SOL", -SOL + 1, 2 * SOL),
        *held("a small part", -SOL, 4 * SOL + 1),
        *held("almost five of very many", -5 * SOL + 1, 500 * SOL),
        *held("five of very many", -5 * SOL, 500 * SOL),
        *held("a gain", SOL, 0),
        day_row("idle with a bag", shift(T, -7), equity_close_lamports=10**7, marked_value_lamports=10**7),
        day_row("idle", shift(T, -1), equity_close_lamports=10**7 - 1, marked_value_lamports=10**7 - 1),
        day_row("long unpriced", shift(T, -8), equity_close_lamports=SOL, marked_value_lamports=SOL),
    )
    assert {name for name, row in found.items() if row["is_loss"]} == {
        "more than dust", "severe", "almost a SOL", "a small part", "almost five of very many", "five of very many",
    }  # fmt: skip
    assert {name for name, row in found.items() if row["is_severe_loss"]} == {"severe", "five of very many"}
    assert {name for name, row in found.items() if not row["is_exposed"]} == {
        "idle", "a gain", "long unpriced",
    }  # fmt: skip
    assert {name for name, row in found.items() if not row["is_last_price_marked"]} == {
        "a gain", "idle", "idle with a bag", "long unpriced",
    }  # fmt: skip
    for name in ("dust", "severe", "a small part"):
        assert found[name]["equity_last_price_start_lamports"] == found[name]["equity_start_lamports"] > 0
    assert found["idle with a bag"]["equity_last_price_start_lamports"] == 0
    assert found["idle"]["outcome_loss_ratio"] == 0.0
    assert found["a gain"]["outcome_loss_ratio"] is None
    assert found["idle"]["unmatched_share"] is None


def test_known_at_covers_late_dumps_and_the_end_of_the_window(label):
    late = datetime(2026, 4, 12, tzinfo=UTC)
    found = label(
        day_row("late", BEFORE),
        day_row("late", INSIDE, known_at=late),
        day_row("idle", BEFORE),
    )
    assert found["late"]["known_at"] == late
    assert found["idle"]["known_at"] == datetime(2026, 4, 7, tzinfo=UTC)


def test_features_without_daily_rows_are_refused(frame):
    eligible = frame(FEATURES, {"trader_address": "ann", "feature_day": T})
    facts = frame(gold_trader_day.TABLE, day_row("ann", shift(T, -31)))
    with pytest.raises(Exception, match="ann has features as of 2026-03-31, but no row of gold_trader_day"):
        gold_labels.transform(eligible, facts).toArrow()


def built(context: Any, step: str, days: Any) -> None:
    context.ledger.append({"run_id": "r", "step": step, "day": day, "status": "ok"} for day in days)


def test_a_window_with_a_gap_is_not_labelled(context, frame):
    facts = [day_row("ann", day, trade_count=1) for day in span(shift(T, -3), shift(T, 8))]
    rows = [{"trader_address": "ann", "feature_day": shift(T, one)} for one in (0, 1)]
    by_day = {row["day"]: 1 for row in facts}
    context.lake.replace(gold_trader_day.TABLE, frame(gold_trader_day.TABLE, *facts), list(by_day), by_day)
    context.lake.replace(FEATURES, frame(FEATURES, *rows), [T, shift(T, 1)], {T: 1, shift(T, 1): 1})
    built(context, "gold_trader_features", [shift(T, -1), T])
    built(context, "gold_trader_day", span(T, shift(T, 7)))

    report = run_pass(context, RunReport("gold_labels"), (shift(T, 6), shift(T, 7)))
    assert report.skipped is None
    (note,) = report.notes
    assert note.startswith("No labels for 1 of 2 days, the first as of 2026-03-31: the window up to 2026-04-06 needs")
    assert note.endswith("gold_trader_day of 2026-03-30, never built.")
    assert {day: counts.rows_written for day, counts in report.days.items()} == {shift(T, 6): 0, shift(T, 7): 1}
    assert context.lake.rows_by_day(contract.TABLE) == {shift(T, 1): 1}

    skipped = run_pass(context, RunReport("gold_labels"), (shift(T, 6),))
    assert skipped.skipped
    assert "2026-03-30" in skipped.skipped
