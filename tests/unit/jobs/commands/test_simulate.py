"""Where a market is simulated to."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from jobs import commands
from jobs.commands import simulate
from jobs.commands.parser import parse
from jobs.commands.terminal import Screen
from pumploss import clock
from pumploss.errors import SettingsError
from pumploss.settings import from_environment
from simulator import Market

SILENT = Screen()


def test_simulating_twice_changes_nothing_and_another_market_is_refused(home, capsys):
    words = ["simulate", "--days", "2", "--trades", "50"]
    assert commands.main(words) == 0
    assert "2 dumps new or changed" in capsys.readouterr().out
    assert commands.main(words) == 0
    assert "0 dumps new or changed" in capsys.readouterr().out
    assert commands.main([*words, "--seed", "2"]) == 1
    assert "they would mix" in capsys.readouterr().err


def test_a_market_needs_a_folder(home):
    with pytest.raises(SettingsError, match="folder of this machine"):
        simulate.write(from_environment().with_landing("s3://bucket/landing"), Market(days=1), None)


def test_a_landing_that_cannot_be_made_is_named(home, tmp_path):
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "file" / "landing", "/proc/landing"):
        with pytest.raises(SettingsError, match=f"{place} cannot be made a folder"):
            simulate.write(from_environment().with_landing(str(place)), Market(days=1), None)


def test_the_market_of_a_night_ends_yesterday(monkeypatch, tmp_path):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 0, 5, tzinfo=UTC))
    landing = str(tmp_path / "landing")
    made = simulate.ending(parse(["nightly", "--days", "3"], "pumploss"), landing)
    assert (made.first_day, made.days) == (date(2026, 2, 26), 3)
    pinned = simulate.ending(parse(["nightly", "--days", "3", "--last-day", "2026-01-10"], "pumploss"), landing)
    assert (pinned.first_day, pinned.days) == (date(2026, 1, 8), 3)


def test_a_market_that_is_there_goes_on(home):
    landing, said = from_environment().landing, []
    first, later, earlier = (
        Market(days=3, trades_per_day=50, first_day=date(2026, 1, day)) for day in (8, 10, 5)
    )  # fmt: skip
    assert simulate.going_on(first, landing, said.append) == first
    simulate.write(from_environment(), first, SILENT)
    assert simulate.going_on(first, landing, said.append) == first
    assert said == []
    longer = simulate.going_on(later, landing, said.append)
    assert (longer.first_day, longer.days) == (date(2026, 1, 8), 5)
    assert said == [f"The market in {landing} began on 2026-01-08: it goes on to 2026-01-12."]
    assert simulate.write(from_environment(), longer, SILENT)[0] == 2
    assert simulate.going_on(earlier, landing, said.append).days == 5, "what landed stays"
    assert said[-1] == f"The market in {landing} is there up to 2026-01-12 already: nothing is taken away."


def test_a_market_keeps_its_size_and_says_what_differs(home):
    landing = from_environment().landing
    simulate.write(from_environment(), Market(days=1, trades_per_day=50, seed=4), SILENT)
    made = simulate.ending(parse(["nightly", "--days", "3"], "pumploss"), landing)
    assert (made.trades_per_day, made.seed) == (50, 4)
    made = simulate.ending(parse(["nightly", "--trades", "60"], "pumploss"), landing)
    assert (made.trades_per_day, made.seed) == (60, 4)
    with pytest.raises(SettingsError, match=r"with --trades 50 \(not 60\), .*: they would mix\. Repeat what it has"):
        simulate.write(from_environment(), made, SILENT)


def test_dumps_of_others_are_never_to_be_removed(home):
    landing = Path(from_environment().landing)
    (landing / "canonical").mkdir(parents=True)
    with pytest.raises(SettingsError, match="Take them by `pumploss nightly --landing"):
        simulate.write(from_environment(), Market(days=1), SILENT)


def test_a_dump_that_was_changed_is_written_anew_aloud(home, capsys):
    market = Market(days=2, trades_per_day=50)
    simulate.write(from_environment(), market, SILENT)
    assert capsys.readouterr().err.count("were not this market's") == 0
    dump = next(Path(from_environment().landing).rglob("trades.csv.gz"))
    dump.write_bytes(b"")
    assert simulate.write(from_environment(), market, SILENT)[0] == 1
    said = capsys.readouterr().err
    assert f"The dumps of {dump.parent.name} were not this market's and were written anew." in said
