"""Makes a backup of one moment: while it is made, this run holds the lake, so no step runs."""

import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.running.standing import table_of
from jobs.saving.beside import made_beside, refuse_taken
from jobs.saving.manifest import DUMP, ERASURE_KEY, LAKE, NAME, REGISTRY, WARM, Manifest, measured
from pumploss import clock, embedded
from pumploss.errors import SettingsError
from pumploss.lake.owner import owner
from pumploss.lake.run_folders import LOCKS, STAGES
from pumploss.settings import Settings
from pumploss.version import code_version
from pumploss.warm import open_warm, publishing
from pumploss.whole_files import PART, is_local, write_whole

#: What of a lake belongs to runs that are under way.
_OF_RUNS = (STAGES, LOCKS)
_DATABASE = "mlflow.db"


def back_up(context: Context, to: Path) -> Manifest:
    """Copy lake, registry, the warm store's database and the key of erasures to a new folder; its manifest comes last.

    It is made beside and renamed at the end, so the folder is there whole or not at all. Stores on servers and in
    buckets are left to their own backups, and named in `left_out`. Raises SettingsError where nothing was ever built,
    and where the folder holds anything or lies inside the home, lake or landing, StoreError while another backup is
    made there, LakeError where a table's log cannot be read.
    """
    if not any(version is not None for version in map(context.lake.version, map(table_of, WRITER))):
        raise SettingsError(
            f"There is nothing to back up: no table was ever built in {context.settings.lake}. See whether "
            "PUMPLOSS_HOME is the home that you mean."
        )
    beside = to.with_name(f"{to.name}{PART}")
    for kept in (context.settings.home, context.settings.lake, context.settings.landing):
        if any(place.resolve().is_relative_to(Path(kept).resolve()) for place in (to, beside)):
            raise SettingsError(f"{to} lies inside {kept}, of which it would be the copy: give a folder outside it.")
    refuse_taken(to)
    with made_beside(beside):
        manifest = _copied(context, beside)
        beside.rename(to)
    return manifest


def _copied(context: Context, to: Path) -> Manifest:
    settings, left_out = context.settings, dict[str, str]()
    versions = {name: context.lake.version(table_of(name)) for name in WRITER}
    if is_local(context.lake.storage):
        context.say(f"{settings.lake} ...")
        copytree(settings.lake, to / LAKE, ignore=ignore_patterns(*_OF_RUNS))
    else:
        left_out[LAKE] = f"it lies in {settings.lake}: keep versions of the bucket"
    _registry(settings, to / REGISTRY, left_out)
    if (key := settings.home / ERASURE_KEY).exists():
        copy2(key, to / ERASURE_KEY)
    published = _warm(context, to / WARM, left_out)
    context.say("digests ...")
    files = {str(path.relative_to(to)): measured(path) for path in sorted(to.rglob("*")) if path.is_file()}
    manifest = Manifest(
        made_at=clock.now().isoformat(),
        code_version=code_version(),
        home=str(settings.home),
        landing=owner(context.lake),
        versions={name: version for name, version in versions.items() if version is not None},
        published=published,
        left_out=left_out,
        files={name: found for name, found in files.items() if found is not None},
    )
    write_whole(to / NAME, manifest.to_json())
    return manifest


def _registry(settings: Settings, to: Path, left_out: dict[str, str]) -> None:
    folder = settings.home / REGISTRY
    if settings.tracking_uri != f"sqlite:///{folder / _DATABASE}":
        left_out[REGISTRY] = "it is a server or a database of its own (MLFLOW_TRACKING_URI)"
        return
    if not (folder / _DATABASE).exists():
        left_out[REGISTRY] = "no model was trained yet"
        return
    copytree(folder, to, ignore=ignore_patterns(f"{_DATABASE}*"))
    with closing(sqlite3.connect(folder / _DATABASE)) as live, closing(sqlite3.connect(to / _DATABASE)) as copy:
        live.backup(copy)


def _warm(context: Context, to: Path, left_out: dict[str, str]) -> str | None:
    """Dump the warm store; answers the day that it shows."""
    settings = context.settings
    if settings.warm_dsn is not None:
        left_out[WARM] = "it is a server of its own (PUMPLOSS_WARM_DSN)"
        return None
    if not context.ledger.held("publish_warm"):
        left_out[WARM] = "nothing was published yet"
        return None
    context.say(f"{settings.warm_dir} ...")
    to.mkdir(parents=True)
    with embedded.postgres(settings.warm_dir) as server, open_warm(settings) as warm:
        shown = publishing.latest(warm)
        server.dump(to / DUMP)
    return shown.day.isoformat() if shown else None
