"""Tables on screens of several widths."""

import pytest

from jobs.commands import terminal

WALLET, HEAD = "A" * 44, ("trader", "lost", "net", "said")
ROWS = [(WALLET, "-4,000.00", "-400.00", "as it stands"), (WALLET.lower(), None, "1.00", "")]


@pytest.mark.parametrize(("width", "gap"), [(160, "   "), (80, " ")], ids=["wide", "narrow"])
def test_columns_move_together(monkeypatch, capsys, width, gap):
    monkeypatch.setattr(terminal, "PLAIN_WIDTH", width)
    terminal.show_table("Who [lost]", HEAD, ROWS, ("lost", "net"))
    title, _, head, _, *rows, _ = (line.rstrip() for line in capsys.readouterr().out.splitlines())
    assert title == "Who [lost]"
    assert head.split() == list(HEAD)
    assert [row.strip() for row in rows] == [
        gap.join((WALLET, "-4,000.00", "-400.00", "as it stands")),
        gap.join((WALLET.lower(), "        -", "   1.00")),
    ]


def test_what_is_too_wide_goes_on_below_and_no_word_is_cut(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "PLAIN_WIDTH", 40)
    terminal.show_table("Who", HEAD, ROWS, ("lost", "net"))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert f" {WALLET} -4,000.00 -400.00 as it" in lines
    assert [line.split() for line in lines].count(["stands"]) == 1
