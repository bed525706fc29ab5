"""Drops versions that nobody ever let serve: which may go, what files they have, and how they leave the registry."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from models.promotions import is_fit

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from models.registry import Registry

#: The tag of a version that says where the rows that it learned from are kept; two models may share them.
FRAME = "frame_file"


def rejected(registry: "Registry", name: str, before: datetime) -> "Iterator[ModelVersion]":
    """Find the versions that the gate refused before this time, that never served, and that no alias names."""
    versions = registry.versions(name)
    kept = {*_aliased(registry, name), *registry.served(name)} if versions else set()
    for one in versions:
        is_kept = str(one.version) in kept
        is_refused = "gate" in one.tags and not is_fit(one.tags)
        if is_refused and not is_kept and one.creation_timestamp < before.timestamp() * 1_000:
            yield one


def folders(registry: "Registry", version: "ModelVersion", gone: "Sequence[ModelVersion]") -> list[Path]:
    """List the folders that go with a version: its own, and that of its rows where only versions that are gone name it.

    What a server keeps elsewhere than in folders here is not listed. Raises ModelError where the registry fails.
    """
    client = registry.client
    model = _model_of(version)
    with registry.asking():
        addresses = [] if model is None else [client.get_logged_model(model).artifact_location]
        addresses += [client.get_run(run).info.artifact_uri for run in _runs(client, version, gone)]
    return [path.parent for address in addresses if (path := _path(address)) is not None and path.parent.exists()]


def drop(registry: "Registry", version: "ModelVersion", gone: "Sequence[ModelVersion]") -> None:
    """Delete a version, its files, and its runs where only versions that are gone have rows there.

    The registry forgets it last: killed before, it is found again. Raises ModelError where the registry fails.
    """
    client = registry.client
    with registry.asking():
        runs = _runs(client, version, gone)
    for folder in folders(registry, version, gone):
        shutil.rmtree(folder)
    with registry.asking():
        if (model := _model_of(version)) is not None:
            client.delete_logged_model(model)
        for run in runs:
            client.delete_run(run)
        client.delete_model_version(version.name, str(version.version))


def _aliased(registry: "Registry", name: str) -> set[str]:
    """Name the versions that an alias names."""
    with registry.asking():
        return set(map(str, registry.client.get_registered_model(name).aliases.values()))


def _runs(client: "MlflowClient", version: "ModelVersion", gone: "Sequence[ModelVersion]") -> list[str]:
    """List the runs that nobody needs without the version: its own, and the one that keeps its rows."""
    named = {(one.name, one.version) for one in (*gone, version)}
    others = [one for one in client.search_model_versions() if (one.name, one.version) not in named]
    kept = {_run_of(other.tags.get(FRAME, "")) for other in others} | {other.run_id for other in others}
    own = [version.run_id, _run_of(version.tags.get(FRAME, ""))]
    return [run for run in dict.fromkeys(own) if run and run not in kept]


def _model_of(version: "ModelVersion") -> str | None:
    """Name the logged model of a version; a list of versions has its source alone."""
    scheme, _, model = (version.source or "").partition(":/")
    return model if scheme == "models" else None


def _run_of(address: str) -> str:
    return address.removeprefix("runs:/").partition("/")[0]


def _path(address: str | None) -> Path | None:
    """Find the folder that an address names; None for one that is no folder of this machine."""
    parts = urlsplit(address or "")
    return Path(unquote(parts.path)) if parts.scheme == "file" or (parts.scheme == "" and parts.path) else None
