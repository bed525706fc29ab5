"""A lake has labels of one horizon, and a run with another one is refused."""

from datetime import UTC, date, datetime

import pytest
from deltalake import write_deltalake

from jobs.running.horizon import refuse_other_horizon
from jobs.verifying.lake import by_logs
from pumploss.errors import SettingsError
from pumploss.tables.gold_labels import TABLE

T = date(2026, 1, 10)


def labelled(context, arrow, *horizons):
    for horizon in horizons:
        rows = arrow(TABLE, {"as_of": datetime(2026, 1, 10, tzinfo=UTC), "horizon_days": horizon, "label_day": T})
        write_deltalake(context.lake.path(TABLE), rows, mode="append", partition_by=list(TABLE.partition_by))


@pytest.mark.parametrize("horizons", [(), (7,), (7, 7)])
def test_a_lake_without_labels_and_one_of_this_horizon_are_taken(context, arrow, horizons):
    labelled(context, arrow, *horizons)
    refuse_other_horizon(context.lake)


@pytest.mark.parametrize(("horizons", "other"), [((1,), 1), ((30, 30), 30), ((7, 30), 30)])
def test_any_label_of_another_horizon_refuses_the_run_and_says_what_to_set(context, arrow, horizons, other):
    labelled(context, arrow, *horizons)
    with pytest.raises(
        SettingsError, match=rf"are over {other} days, .* 7 .*Set PUMPLOSS_HORIZON_DAYS={other} to go on"
    ):
        refuse_other_horizon(context.lake)


def test_of_a_whole_lake_it_is_the_one_thing_that_is_found(context, arrow):
    labelled(context, arrow, 30)
    (found,) = by_logs(context)
    assert found.sentence().startswith(f"{TABLE.name}: The labels of the lake {context.lake.root} are over 30 days")
    assert found.sentence().endswith("Nothing runs until then")
