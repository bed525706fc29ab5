"""A simulated market that goes on."""

from datetime import date

from simulator import Market, write_dumps
from simulator.going_on import go_on
from simulator.ownership import claim, market_of, note_of

MARKET = Market(days=3, trades_per_day=60, seed=4, first_day=date(2026, 2, 27))


def test_a_day_of_its_own_is_that_of_the_longer_market(tmp_path):
    whole, grown = tmp_path / "whole", tmp_path / "grown"
    written = write_dumps(MARKET, whole)
    claim(grown, MARKET)
    added = [go_on(str(grown), dump.day) for dump in written]
    assert [dump.sha256 for dump in added] == [dump.sha256 for dump in written]
    assert not go_on(str(grown), written[0].day).is_new


def test_dumps_of_others_and_days_before_it_are_left_alone(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    assert go_on(str(landing), MARKET.first_day) is None
    assert go_on("s3://bucket/landing", MARKET.first_day) is None
    claim(landing, MARKET)
    assert go_on(str(landing), date(2026, 2, 26)) is None
    assert list(landing.iterdir()) == []


def test_a_note_that_says_something_else_is_no_market(tmp_path):
    landing = tmp_path / "landing"
    claim(landing, MARKET)
    assert market_of(str(landing)).first_day == MARKET.first_day
    for text in ("", "[]", "{}", note_of(landing).read_text().replace("going_on", "gone")):
        note_of(landing).write_text(text)
        assert market_of(str(landing)) is None
