"""The registry: every version that scores name can be loaded, and the data that it was trained on can be read."""

import json
import re
from collections.abc import Iterator

from deltalake import DeltaTable

from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.running.standing import table_of
from jobs.scoring.versions import LOSS, RISK
from jobs.verifying.finding import Finding
from models.registry import Registry
from pumploss.contract import Table
from pumploss.errors import ModelError
from pumploss.lake.tombstones import Tombstones
from pumploss.tables import gold_scores

_PINNED = re.compile(r"version (\d+)")


def of_registry(context: Context) -> Iterator[Finding]:
    """Loads each version that the ledger's scores name, which compares its text with the digests kept with it."""
    registry = Registry(context.settings)
    for name, version in sorted(_named(context)):
        try:
            registry.load(name, version)
            tags = registry.tags(name, version)
        except ModelError as error:
            yield Finding(
                f"{name} version {version}",
                f"scores name it, and it cannot be loaded: {error}",
                "Restore the registry from its backup; until then its days cannot be scored again",
            )
            continue
        yield from _of_data(context, name, version, tags)


def _named(context: Context) -> set[tuple[str, str]]:
    """Names the models and versions that scored any day."""
    named: set[tuple[str, str]] = set()
    for row in context.ledger.standing(WRITER[gold_scores.TABLE.name].name).values():
        models = json.loads(row["outputs"] or "{}").get(gold_scores.TABLE.name, {}).get("models")
        named |= set(zip((LOSS, RISK), models or (), strict=False))
    return named


def _not_erased(context: Context, table: Table, paths: list[str]) -> list[str]:
    """Leaves out files of days of which an erasure deleted files: they are gone because somebody wanted it so."""
    erased = Tombstones(context.lake, context.settings.home).lost_days(table.name)
    folders = {f"{table.day}={day}" for day in erased}
    return [path for path in paths if not folders & set(path.split("/"))]


def _of_data(context: Context, name: str, version: str, tags: dict[str, str]) -> Iterator[Finding]:
    """Looks whether the Delta versions that a model was trained on are still there."""
    for tag, text in sorted(tags.items()):
        pinned = _PINNED.match(text)
        if not tag.startswith("data_") or pinned is None:
            continue
        table = table_of(tag.removeprefix("data_"))
        try:
            files = DeltaTable(context.lake.path(table), version=int(pinned[1])).file_uris()
            gone = [path for path in files if not context.lake.storage.exists(path)]
            missing = _not_erased(context, table, gone)
            if gone and not missing:
                context.say(f"{table.name} version {pinned[1]}, of {name} {version}: a trader was erased from it.")
        except Exception as error:  # noqa: BLE001 - delta-rs raises what its storage does, of many kinds
            missing = [f"{type(error).__name__}: {error}"]
        if missing:
            yield Finding(
                f"{table.name} version {pinned[1]}",
                f"{name} {version} was trained on it, and it cannot be read ({missing[0]})",
                "Scores are not concerned; that training cannot be repeated unless the lake is restored from a backup",
            )
