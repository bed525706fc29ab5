from datetime import date

import pytest

from pumploss.days import span
from pumploss.errors import LandingError
from sources.landing.dump_days import daily_sources, require_landed, run_days
from sources.landing.folders import Landing

FIRST, SECOND, THIRD, FOURTH = (date(2026, 1, day) for day in (2, 3, 4, 5))


@pytest.fixture
def landing(tmp_path):
    """Makes a landing with empty days of sources."""

    def landing(**days):
        for source, landed in days.items():
            for day in landed:
                (tmp_path / source / day.isoformat()).mkdir(parents=True)
        return Landing(str(tmp_path))

    return landing


def test_days_between_are_meant_where_a_daily_source_lands(landing):
    daily = landing(canonical=[FIRST, FOURTH], curve_deltas=[SECOND])
    assert daily_sources(daily) == ["canonical"]
    assert list(run_days(daily, FIRST, FOURTH)) == [FIRST, SECOND, THIRD, FOURTH]


def test_only_days_that_exist_are_meant_where_samples_land(landing):
    samples = landing(curve_deltas=[FOURTH, SECOND], dune_trades=[SECOND])
    assert daily_sources(samples) == []
    assert list(run_days(samples, FIRST, FOURTH)) == [SECOND, FOURTH]
    with pytest.raises(LandingError, match="Nothing landed from 2026-01-04 to 2026-01-04"):
        run_days(samples, THIRD, THIRD)


def test_a_range_has_an_order(landing):
    with pytest.raises(LandingError, match="ends before it starts"):
        run_days(landing(canonical=[FIRST]), SECOND, FIRST)


def test_missing_days_are_named(landing):
    landed = landing(canonical=[FIRST], pumpfun_api=[FIRST, SECOND], curve_deltas=[FIRST])
    require_landed(landed, [FIRST])
    with pytest.raises(LandingError, match=r"No dump of canonical/2026-01-03 in .*land the missing day"):
        require_landed(landed, [FIRST, SECOND])
    with pytest.raises(LandingError, match=r"canonical/2026-01-04, pumpfun_api/2026-01-04, any source for 2026-01-04"):
        require_landed(landed, [THIRD])


START, LAST = date(2020, 3, 16), date(2020, 3, 23)


@pytest.mark.parametrize(
    ("landed", "asked", "accepted", "said", "why"),
    [
        ({"canonical": [START]}, (START,), (), None, "the chain's first day is a day like others"),
        (
            {"canonical": [START]},
            (LAST,),
            (),
            r"canonical/2020-03-23, any source .*--day 2020-03-23 --acc",
            "must",
        ),
        ({"canonical": [START]}, (START, LAST), (LAST,), None, "an operator says that nothing was traded"),
        (
            {"canonical": [START]},
            span(START, LAST),
            (),
            r"03-21 and 9 more in .*--from 2020-03-17 --to 2020-03-23 ",
            "all, and each day of which there is nothing at all",
        ),
        (
            {"curve_deltas": [START]},
            (LAST,),
            (),
            r"any source for 2020-03-23 in .*run it again\.$",
            "nothing to accept",
        ),
        ({"canonical": [START], "curve_deltas": [LAST]}, (LAST,), (), "canonical/2020-03-23", "a sample is no dump"),
    ],
)
def test_days_that_must_have_landed(tmp_path, landed, asked, accepted, said, why):
    for source, days in landed.items():
        for day in days:
            (tmp_path / source / f"{day}").mkdir(parents=True)
    taken = {(day, "canonical") for day in accepted}
    if said is None:
        require_landed(Landing(str(tmp_path)), asked, taken)
        return
    with pytest.raises(LandingError, match=said):
        require_landed(Landing(str(tmp_path)), asked, taken)
