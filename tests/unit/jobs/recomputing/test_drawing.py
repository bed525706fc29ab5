from datetime import date

from jobs.recomputing.drawing import cohorts_of
from pumploss.days import span


def test_of_many_traders_one_cohort_is_drawn_another_one_each_day_and_of_few_all():
    days = span(date(2026, 1, 1), date(2026, 6, 30))
    drawn = [cohorts_of(day, 1_000_000, 1_000) for day in days]
    assert {len(cohorts) for cohorts in drawn} == {1}
    assert {cohort for (cohort,) in drawn} == set(range(16))
    assert cohorts_of(days[0], 1_000_000, 1_000) == drawn[0]
    assert all(cohorts_of(day, 1_000, 1_000) == cohorts_of(day, 0, 1_000) == list(range(16)) for day in days[:3])


def test_so_many_cohorts_are_drawn_as_hold_the_traders():
    assert len(cohorts_of(date(2026, 1, 1), 4_000, 1_000)) == 4
    assert len(cohorts_of(date(2026, 1, 1), 16_001, 1_000)) == 1
