"""Everything that is measured is printed beside its figure."""

from dataclasses import fields

from simulator import Behaviours, Market, simulate
from simulator.measure import lines, main, measure


def test_a_market_is_measured_line_by_line(monkeypatch, capsys):
    market = Market(days=12, trades_per_day=2_000, seed=2)
    written = list(lines(measure(simulate(market)), market.behaviours))
    monkeypatch.setattr("sys.argv", ["measure", "--days", "12", "--trades", "2000", "--seed", "2"])
    main()
    assert capsys.readouterr().out.splitlines() == written
    stakes = next(line for line in written if line.startswith("log stake after a loss"))
    assert stakes.endswith(f"{Behaviours().stake_after_loss:+g}")
    assert len(written) == 42
    assert all(len(line) < 120 for line in written)
    assert len(fields(Behaviours)) == 18
