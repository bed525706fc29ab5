"""Where a market is simulated to."""

import pytest

from jobs import commands
from jobs.commands import simulate
from pumploss.errors import SettingsError
from pumploss.settings import from_environment
from simulator import Market


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
