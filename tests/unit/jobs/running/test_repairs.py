"""What mends a damaged day, as a command to type."""

from features import registry
from jobs.running.repairs import repair
from pumploss.tables import gold_labels, run_ledger, silver_open_lots
from tests.building.three_days import D1, D2


def test_the_command_is_about_the_step_and_its_dump_day():
    assert "`python -m jobs run silver_trade_pnl --day 2026-01-05`" in repair(silver_open_lots.TABLE, [D1])
    assert "run gold_trader_features --from 2026-01-04 --to 2026-01-05`" in repair(registry.TABLE, [D1, D2])
    assert "run gold_labels --day 2026-01-11`" in repair(gold_labels.TABLE, [D1])
    assert "backup" in repair(run_ledger.TABLE, [D1])
