"""Behaviours can be set to nothing one by one, and only to what has a meaning."""

from dataclasses import asdict

import pytest

from pumploss.errors import SettingsError
from simulator import NOTHING, Behaviours


def test_nothing_is_nothing() -> None:
    assert {name for name, value in asdict(NOTHING).items() if value} == {"regime_days"}


def test_only_the_named_stay() -> None:
    usual = Behaviours()
    kept = usual.only("stake_after_loss", "regime")
    assert {name for name, value in asdict(kept).items() if value} == {"stake_after_loss", "regime", "regime_days"}
    assert (kept.stake_after_loss, kept.regime) == (usual.stake_after_loss, usual.regime)


@pytest.mark.parametrize(
    ("name", "value"), [("going_on", 1.5), ("bot_share", -0.1), ("regime", -1.0), ("regime_days", 0.5)]
)
def test_impossible_behaviours_are_refused(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"{name} is .* must"):
        Behaviours(**{name: value})
