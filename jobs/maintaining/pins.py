"""Which versions of tables must stay readable, and on whose account."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.scoring.versions import LOSS, RISK
from models.registry import CHAMPION, Registry
from pumploss.tables import gold_scores
from pumploss.warm import open_warm, publishing

#: How tags of registered models name the version of a table that they were trained on.
_TRAINED_ON: Final = re.compile(r"version (\d+)")
_TAG: Final = "data_"


@dataclass(frozen=True)
class Pin:
    """Names a version of a table that somebody may still read, and who."""

    table: str
    version: int
    by: str


def pins(context: Context) -> list[Pin]:
    """List every version that a registered model, a score through its model, or the warm store names.

    Raises ModelError or StoreError where one of them cannot be asked: nothing may be deleted then.
    """
    return sorted([*_of_models(context), *_of_warm(context)], key=lambda pin: (pin.table, pin.version, pin.by))


def _of_models(context: Context) -> Iterator[Pin]:
    registry, scored = Registry(context.settings), scored_days(context)
    for name in (LOSS, RISK):
        champion = registry.version(name, CHAMPION)
        for known in registry.versions(name):
            version = str(known.version)
            roles = ["champion"] if version == champion else []
            roles += [f"scored {scored[name, version]} days"] if scored[name, version] else []
            by = f"{name} version {version}" + (f" ({', '.join(roles)})" if roles else "")
            for tag, text in registry.tags(name, version).items():
                if tag.startswith(_TAG) and (pinned := _TRAINED_ON.match(text)):
                    yield Pin(tag.removeprefix(_TAG), int(pinned[1]), by)


def scored_days(context: Context) -> Counter[tuple[str, str]]:
    """Count the days that each version of a model has scored, by model and version."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in context.ledger.standing(WRITER[gold_scores.TABLE.name].name).values():
        noted = json.loads(row["outputs"] or "{}").get(gold_scores.TABLE.name, {})
        counted.update(zip((LOSS, RISK), noted.get("models") or (), strict=False))
    return counted


def _of_warm(context: Context) -> Iterator[Pin]:
    """List what the live tables of the warm store were published from."""
    if not context.ledger.held("publish_warm"):
        return
    with open_warm(context.settings) as warm:
        shown = publishing.latest(warm)
    for table, version in (shown.versions if shown else {}).items():
        if version is not None and shown:
            yield Pin(table, version, f"the warm store of {shown.day}")
