"""Where a market is simulated to."""

from datetime import UTC, date, datetime

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


def test_the_market_of_a_night_ends_yesterday(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 0, 5, tzinfo=UTC))
    made = simulate.ending(parse(["nightly", "--days", "3"], "pumploss"))
    assert (made.first_day, made.days) == (date(2026, 2, 26), 3)
    pinned = simulate.ending(parse(["nightly", "--days", "3", "--last-day", "2026-01-10"], "pumploss"))
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
