"""What a source can tell apart."""

import numpy as np
import pytest

from sources import SOURCES


@pytest.mark.parametrize(
    ("source", "decimals", "units", "resolution", "why"),
    [
        ("pumpportal", 6, 44693215854879, 1, "six decimals of a coin of six: a unit"),
        ("pumpportal", 9, 44693215854879020, 1_000, "six decimals where nine are assumed"),
        ("pumpportal", 9, 5, 1_000, "however little it is"),
        ("pumpportal", 6, 5_000_000_000_000_000, 10, "fifteen sure digits of sixteen"),
        ("pumpswap_capture", 6, 12_340_000, 10_000, "two decimals of a coin of six"),
        ("flipside_swaps", 9, 44693215854879020, 100, "as many decimals as the coin, fifteen digits"),
        ("dune_bot_trades", 9, 10**18, 10**4, "nineteen digits"),
        ("curve_deltas", 6, 0, 1, "nothing"),
    ],
)
def test_resolution(source, decimals, units, resolution, why):
    assert SOURCES[source].is_float
    found = SOURCES[source].resolution_units(np.array([units]), np.array([decimals], np.int32))
    assert found.tolist() == [resolution], why


def test_sources_that_state_integers_are_exact():
    exact = {name for name, declared in SOURCES.items() if not declared.is_float}
    assert exact == {"anchor_events", "bitquery_trades", "canonical", "dune_trades", "helius_enhanced", "pumpfun_api"}
