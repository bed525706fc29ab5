"""Whether a run watches outcomes as long as the labels of its lake do: their log says it, no rows are read."""

from features.labels import HORIZON_DAYS
from pumploss import columns
from pumploss.errors import SettingsError
from pumploss.lake import Lake
from pumploss.tables import gold_labels

_COLUMN = columns.HORIZON.name


def refuse_other_horizon(lake: Lake) -> None:
    """Raises SettingsError where the lake has labels of another horizon than this run's.

    Their days are counted otherwise: the run would take every built one for torn, and mark it stale.
    """
    if not lake.exists(gold_labels.TABLE):
        return
    actions = lake.actions(gold_labels.TABLE)
    bounds = [actions[name] for name in (f"min.{_COLUMN}", f"max.{_COLUMN}") if name in actions.columns]
    held = {int(days) for bound in bounds for days in bound.drop_nulls()}
    if others := sorted(held - {HORIZON_DAYS}):
        raise SettingsError(
            f"The labels of the lake {lake.root} are over {others[0]} days, and this run watches {HORIZON_DAYS} "
            "(PUMPLOSS_HORIZON_DAYS, 7 where it is unset): a lake has labels of one horizon, and nothing was changed. "
            f"{_setting(others[0])} to go on with this lake, or set PUMPLOSS_HOME to a home of its own for "
            f"{HORIZON_DAYS} days."
        )


def _setting(days: int) -> str:
    return "Unset PUMPLOSS_HORIZON_DAYS" if days == 7 else f"Set PUMPLOSS_HORIZON_DAYS={days}"
