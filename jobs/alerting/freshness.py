"""Which day each store shows, and since when, as the ledger has it; an embedded store without a file shows nothing."""

from datetime import date
from typing import Any, Final

from jobs.running.context import Context
from pumploss import embedded
from pumploss.settings import Settings

#: The step that brings each store up to date.
PUBLISHERS: Final = {
    "warm store": "publish_warm",
    "online features": "materialize_features",
    "hot store": "publish_hot",
}


def shown_days(context: Context) -> dict[str, date | None]:
    """Look up the newest day that each store was brought up to; none where nothing was ever published."""
    shown = {store: max(context.ledger.held(step), default=None) for store, step in PUBLISHERS.items()}
    if not any(shown.values()):
        return {}
    return {store: None if _is_lost(context.settings, store) else day for store, day in shown.items()}


def _is_lost(settings: Settings, store: str) -> bool:
    """Tell whether an embedded store has no file, as where a home was put back from a backup, which has no Redis."""
    if store == "warm store":
        return settings.warm_dsn is None and not embedded.postgres(settings.warm_dir).has_data
    return settings.hot_url is None and not embedded.redis(settings.hot_dir).has_data


def freshness(context: Context, last_landed: date | None) -> dict[str, dict[str, Any]]:
    """Say of the lake and of each store which day it shows, how far that lies behind the landing, and since when."""
    shown = {"lake": max(context.ledger.held("gold_trader_features"), default=None), **shown_days(context)}
    found = {}
    for store, day in shown.items():
        # A later failure did not bring the store anywhere.
        row = context.ledger.standing(PUBLISHERS.get(store, "gold_trader_features")).get(day) if day else None
        behind = (last_landed - day).days if last_landed and day else None
        found[store] = {"day": day, "days_behind_landing": behind, "since": row["written_at"] if row else None}
    return found
