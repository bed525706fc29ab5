"""Whose dumps a landing holds."""

from datetime import date

import pytest

from simulator import Market
from simulator.ownership import begun, claim, digest, is_empty, is_free, is_simulated, note_of


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


def test_a_market_is_named_whatever_its_length_and_beginning():
    later = Market(days=9, first_day=date(2026, 2, 1))
    assert digest(later) == digest(Market(days=1)) != digest(Market(days=1, seed=2))


def test_a_landing_says_when_its_market_began(tmp_path):
    landing, began = tmp_path / "landing", date(2026, 2, 1)
    assert is_empty(str(landing))
    assert begun(str(landing), Market(days=1)) is None
    claim(landing, Market(days=1, first_day=began))
    assert begun(str(landing), Market(days=7, first_day=date(2026, 3, 1))) == began
    assert begun(str(landing), Market(days=1, seed=2)) is None
    (landing / "canonical").mkdir()
    assert not is_empty(str(landing))
    assert not is_free(str(landing), Market(days=1)), "a market that began on another day would mix with it"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"first_day": 3}', '{"first_day": "2026"}'])
def test_a_torn_note_is_nobodys(tmp_path, text):
    landing = tmp_path / "landing"
    landing.mkdir()
    note_of(landing).write_text(text)
    assert begun(str(landing), Market(days=1)) is None


def test_a_landing_is_simulated_where_the_simulator_left_its_note(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    assert not is_simulated(str(landing))
    claim(landing, Market(days=1))
    assert is_simulated(str(landing))
    assert not is_simulated("s3://bucket/landing")
