"""Puts a backup into a home that has none of its stores yet."""

import shutil
from collections.abc import Callable
from pathlib import Path

from jobs.saving.manifest import DUMP, ERASURE_KEY, LAKE, NAME, REGISTRY, WARM, Manifest, damaged, read
from pumploss import embedded
from pumploss.errors import SettingsError
from pumploss.settings import Settings

#: How many damaged files a message names.
_NAMED = 5


def restore(settings: Settings, folder: Path, say: Callable[[str], None]) -> Manifest:
    """Put the parts of a backup where these settings have them.

    Raises SettingsError, and changes nothing, where a file is not what was backed up or one of the stores is there.
    What fails later leaves the stores that are there, and none of the rest: take them away, then restore again.
    """
    manifest = read(folder)
    say(f"{len(manifest.files)} files of {folder} ...")
    if wrong := damaged(folder, manifest):
        listed = ", ".join(wrong[:_NAMED]) + (f" and {len(wrong) - _NAMED} more" if wrong[_NAMED:] else "")
        raise SettingsError(
            f"{folder} is not what was backed up, by its {NAME}: {listed}. Nothing was changed; take another backup."
        )
    targets = _targets(settings, folder)
    if present := [str(target) for target in targets.values() if target.exists()]:
        raise SettingsError(
            f"{', '.join(present)} is there already: nothing was changed. Set PUMPLOSS_HOME to a new home, or move "
            "that away first."
        )
    for part in (LAKE, REGISTRY):
        if part in targets:
            say(f"{targets[part]} ...")
            _put(folder / part, targets[part])
    if ERASURE_KEY in targets:
        settings.home.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / ERASURE_KEY, targets[ERASURE_KEY])
    if WARM in targets:
        say(f"{targets[WARM]} ...")
        try:
            with embedded.postgres(settings.warm_dir) as server:
                server.load(folder / WARM / DUMP)
        except BaseException:
            shutil.rmtree(settings.warm_dir, ignore_errors=True)
            raise
    return manifest


def _targets(settings: Settings, folder: Path) -> dict[str, Path]:
    """Say where each part of the backup goes."""
    places = {LAKE: Path(settings.lake), REGISTRY: settings.home / REGISTRY, WARM: settings.warm_dir}
    places[ERASURE_KEY] = settings.home / ERASURE_KEY
    targets = {part: place for part, place in places.items() if (folder / part).exists()}
    if LAKE in targets and "://" in settings.lake:
        raise SettingsError(f"The backup holds a lake, {settings.lake} is no folder: unset PUMPLOSS_LAKE.")
    if WARM in targets and settings.warm_dsn is not None:
        raise SettingsError("The backup holds a warm store, and PUMPLOSS_WARM_DSN names a server: unset it.")
    return targets


def _put(source: Path, target: Path) -> None:
    """Copy a folder beside its place and rename it: it is there whole or not at all."""
    beside = target.with_name(f"{target.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(source, beside)
    beside.rename(target)
