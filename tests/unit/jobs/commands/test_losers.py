"""What the leaderboard of each period prints: the loss that it ranks by."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from jobs.commands import losers
from jobs.publishing.leaderboards import compose

#: One trader's sums in lamports, each period's its own.
SUMS = {
    "trader_address": "ann", "last_loss_day": date(2026, 1, 5),
    **{f"loss_{name}": -sol * 10**9 for name, sol in (("24h", 1), ("7d", 20), ("30d", 300), ("all", 4000))},
    "trades_24h": 1, "trades_7d": 2, "trades_30d": 3, "trades_all": 4,
}  # fmt: skip

#: Period, titles of its figures in order, and those figures of the trader.
PERIODS = [
    ("24h", ["SOL 24h", "losing sells 24h", "SOL all time"], ["-1.000", "1", "-4,000.000"]),
    (
        "7d", ["SOL 7d", "losing sells 7d", "SOL 24h", "SOL all time", "losing sells 24h"],
        ["-20.000", "2", "-1.000", "-4,000.000", "1"],
    ),
    (
        "30d", ["SOL 30d", "losing sells 30d", "SOL 24h", "SOL all time", "losing sells 24h"],
        ["-300.000", "3", "-1.000", "-4,000.000", "1"],
    ),
    (
        "all", ["SOL all time", "losing sells all time", "SOL 24h", "losing sells 24h"],
        ["-4,000.000", "4", "-1.000", "1"],
    ),
]  # fmt: skip


def board(period):
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    return compose([{**SUMS, "period": period}], date(2026, 1, 5), {"ann": 2}, {"ann": at}, {"ann": 61.5})


@pytest.mark.parametrize(("period", "titles", "figures"), PERIODS, ids=[row[0] for row in PERIODS])
def test_a_board_prints_the_loss_that_it_ranks_by(monkeypatch, capsys, period, titles, figures):
    shown = losers.titles(period)
    assert list(shown.values())[: 2 + len(titles)] == ["#", "trader", *titles]
    monkeypatch.setenv("COLUMNS", "250")
    losers.show(board(period), period, "Top losers")
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "ann" in line)
    words = [word for word in line.replace("│", " ").replace("|", " ").split() if word != "ann"]
    assert words[1 : 1 + len(figures)] == figures


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "all"])
def test_json_has_the_loss_of_the_period_and_its_sells(period):
    (row,) = json.loads(json.dumps(board(period), default=losers.plain))
    assert row["loss_amount"] == SUMS[f"loss_{period}"] / 10**9
    assert row["loss_trades"] == SUMS[f"trades_{period}"]


def test_an_empty_board_says_so(capsys):
    losers.show([], "7d", "Top losers 7d")
    assert "Nobody sold at a loss in this period." in capsys.readouterr().out


def test_amounts_are_exact_in_the_board():
    assert board("30d")[0]["loss_amount"] == Decimal(-300)
