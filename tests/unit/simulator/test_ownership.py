"""Whose dumps a landing holds."""

from simulator import Market
from simulator.ownership import claim, digest, is_free, is_simulated


def test_a_landing_is_free_where_it_is_empty_or_this_markets(tmp_path):
    market, landing = Market(days=1), tmp_path / "landing"
    assert is_free(str(landing), market)
    claim(landing, market)
    (landing / "canonical").mkdir()
    assert is_free(str(landing), market)
    assert is_free(str(landing), Market(days=9)), "a longer market starts with the whole of a shorter one"
    assert not is_free(str(landing), Market(days=1, seed=2))


def test_the_simulator_never_writes_among_dumps_of_others(tmp_path):
    (tmp_path / "landing" / "canonical" / "2026-01-01").mkdir(parents=True)
    assert not is_free(str(tmp_path / "landing"), Market(days=1))
    assert not is_free("s3://bucket/landing", Market(days=1))


def test_a_market_is_named_whatever_its_length():
    assert digest(Market(days=9)) == digest(Market(days=1)) != digest(Market(days=1, seed=2))


def test_a_landing_is_simulated_where_the_simulator_left_its_note(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    assert not is_simulated(str(landing))
    claim(landing, Market(days=1))
    assert is_simulated(str(landing))
    assert not is_simulated("s3://bucket/landing")
