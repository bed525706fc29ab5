"""What the command line accepts."""

import pytest

from jobs import commands
from jobs.commands.parser import PERIODS, parse
from pumploss import warm


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["run", "bronze_trades"],
        ["run", "bronze_trades", "--from", "2026-01-01"],
        ["run", "bronze_trades", "--day", "2026-01-01", "--to", "2026-01-02"],
        ["run", "bronze_trades", "--day", "2026-1-1"],
        ["run", "bronze_trades", "--day", "20260101"],
        ["run", "lead_trades", "--day", "2026-01-01"],
        ["backfill"],
        ["backfill", "--from", "2026-01-01", "--to", "2026-01-02", "--steps", "lead_trades"],
        ["losers", "--period", "90d"],
        ["losers", "--limit", "0"],
        ["simulate", "--days", "-1"],
        ["trader"],
        ["maintain", "--retention-days", "-1"],
        ["maintain", "--retention-days", "36501"],
        ["maintain", "--retention-days", "99999999999"],
        ["serve", "--report-port", "65536"],
        ["serve", "--report-port", "80", "--no-report"],
    ],
)
def test_wrong_arguments_end_with_code_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(words, "pumploss")
    assert ended.value.code == 2
    assert "usage: pumploss" in capsys.readouterr().err


def test_a_landing_is_taken_as_it_is(home, capsys):
    with pytest.raises(SystemExit) as ended:
        commands.main(["nightly", "--landing", str(home), "--days", "3"])
    assert ended.value.code == 2
    assert "leave --days, --trades, --seed and --last-day out" in capsys.readouterr().err


def test_periods_are_those_of_the_warm_store():
    assert tuple(warm.PERIODS) == PERIODS
