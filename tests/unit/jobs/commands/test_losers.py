"""What the leaderboards print: the sum that each ranks by, with the other beside it, on 80 columns."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from jobs.commands import losers, terminal
from jobs.publishing.leaderboards import Known, compose
from pumploss.warm.tables import LEADERBOARDS, NET_LOSERS

ANN = "An" + "n" * 42
#: One trader's sums in lamports, each period's its own; most was won back.
SUMS = {
    "trader_address": ANN, "last_lost_at": datetime(2026, 1, 5, 12, tzinfo=UTC),
    **{f"loss_{name}": -sol * 10**9 for name, sol in (("24h", 1), ("7d", 20), ("30d", 300), ("all", 4000))},
    **{f"net_{name}": -sol * 10**8 for name, sol in (("24h", 1), ("7d", 20), ("30d", 300), ("all", 4000))},
    "trades_24h": 1, "trades_7d": 2, "trades_30d": 3, "trades_all": 4,
}  # fmt: skip

#: Period, and what the board by losing sells says of the trader: lost, sells, net, risk.
PERIODS = [
    ("24h", ["-1.00", "1", "-0.10", "62"]),
    ("7d", ["-20.00", "2", "-2.00", "62"]),
    ("30d", ["-300.00", "3", "-30.00", "62"]),
    ("all", ["-4,000.00", "4", "-400.00", "62"]),
]


def board(period, table=LEADERBOARDS):
    known = Known({ANN: 2}, {ANN: 61.5})
    by = {LEADERBOARDS: "loss", NET_LOSERS: "net"}[table]
    return compose([{**SUMS, "period": period, "ranked_by": by}], date(2026, 1, 5), known)[table]


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setattr(terminal, "PLAIN_WIDTH", 80)


def printed(capsys):
    """The lines that were printed, the trader's own words, and the widest of the table."""
    lines = capsys.readouterr().out.splitlines()
    (line,) = (line for line in lines if ANN in line)
    end = lines.index(line) + 1
    return lines, line.split()[2:], max(map(len, (line.rstrip() for line in lines[:end])))


@pytest.mark.parametrize(("period", "figures"), PERIODS, ids=[row[0] for row in PERIODS])
def test_a_board_prints_the_loss_that_it_ranks_by(capsys, period, figures):
    losers.show(board(period), "Who lost most")
    _, words, widest = printed(capsys)
    assert words == figures
    assert widest <= 80


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "all"])
def test_a_board_by_net_result_prints_it_first(capsys, period):
    losers.show(board(period, NET_LOSERS), "Who lost most", losers.NET)
    _, words, widest = printed(capsys)
    lost, sells, net, risk = dict(PERIODS)[period]
    assert words == [net, lost, sells, risk]
    assert widest <= 80


def test_who_is_about_to_lose_fits_too(capsys):
    row = {"rank": 10, "trader": ANN, "expected_loss_sol": 123.456, "loss_p50_sol": 0.0, "loss_p90_sol": 1234.5}
    losers.show_expected([{**row, "p_loss": 0.913, "risk_score": 71.2, "horizon_days": 7}], "2026-01-05")
    lines, words, widest = printed(capsys)
    assert words == ["123.46", "0.00", "1,234.50", "0.91", "71"]
    assert widest <= 80
    assert "Who is about to lose most in 7 days, as of the end of 2026-01-05" in lines[0]


@pytest.mark.parametrize("table", [LEADERBOARDS, NET_LOSERS])
@pytest.mark.parametrize("period", ["24h", "7d", "30d", "all"])
def test_json_has_both_sums_of_the_period_and_its_sells(period, table):
    (row,) = json.loads(json.dumps(board(period, table), default=losers.plain))
    assert row["loss_amount"] == SUMS[f"loss_{period}"] / 10**9
    assert row["net_amount"] == SUMS[f"net_{period}"] / 10**9
    assert row["loss_trades"] == SUMS[f"trades_{period}"]


def test_an_empty_board_says_so(capsys):
    losers.show([], "Who lost most")
    assert "Nobody lost anything in this period." in capsys.readouterr().out
    losers.show_expected([], "2026-01-05")
    assert "No model has been promoted yet" in capsys.readouterr().out


def test_amounts_are_exact_in_the_board():
    assert board("30d")[0]["loss_amount"] == Decimal(-300)
