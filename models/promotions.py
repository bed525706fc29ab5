"""Remembers which versions of a model served, one after the other, so that there is a way back through all of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from models.registry import Registry

#: The aliases of who serves and of who did before.
CHAMPION, PREVIOUS = "champion", "previous"
#: The tag of a registered model that lists what served, oldest first, the champion last.
LINE = "promoted_versions"
#: The tag of a version that serves or did, and the one of the champion that the gate held it against.
SERVED, BESIDE, NOBODY = "served", "judged_beside", "none"
#: So many are remembered: years of weeks, in a tag that may not grow without end.
MOST_REMEMBERED = 300


def is_fit(tags: "dict[str, str]") -> bool:
    """Tell whether the gate passed a version, or a person promoted it."""
    return tags.get("gate") == "passed" or "promoted" in tags


def is_interrupted(registry: "Registry", name: str, version: str) -> bool:
    """Tell whether a training of a version ended between registering what the gate passed and letting it serve.

    Who served and was rolled back, or was passed over by hand since, stays where people put it.
    """
    champion, tags = registry.version(name), registry.tags(name, version)
    if SERVED in tags or version in (registry.version(name, PREVIOUS), *registry.served(name)):
        return False
    return tags.get("gate") == "passed" and tags.get(BESIDE, NOBODY) == (champion or NOBODY)


def line(client: "MlflowClient", name: str, champion: str | None, versions: "Sequence[ModelVersion]") -> list[str]:
    """List the versions that served, oldest first; the champion, where there is one, is the last.

    What is gone from the registry is left out. Where nothing was remembered yet, those that were fit to serve, up to
    the champion, stand for it.
    """
    known = [str(one.version) for one in versions]
    stored = client.get_registered_model(name).tags.get(LINE, "") if versions else ""
    if stored:
        served = [one for one in stored.split(",") if one in known]
    else:
        fit = [str(one.version) for one in versions if is_fit(one.tags)]
        served = [one for one in fit if champion is not None and int(one) <= int(champion)]
    if champion is None:
        return served
    # Whoever moved the alias by other means went back, or let another one serve.
    while served and champion in served and served[-1] != champion:
        served.pop()
    return served if champion in served else [*served, champion]


def followed(served: Sequence[str], version: str) -> list[str]:
    """Append a version that serves from now on."""
    return [*served, version][-MOST_REMEMBERED:]


def way_back(served: Sequence[str], champion: str | None) -> list[str]:
    """List the versions to go back to, the nearest last."""
    return list(served[:-1] if champion is not None else served)


def let_serve(client: "MlflowClient", name: str, served: Sequence[str]) -> None:
    """Point the aliases to the last of these versions and to the one before, and remember them all."""
    client.set_registered_model_alias(name, CHAMPION, served[-1])
    client.set_model_version_tag(name, served[-1], SERVED, "true")
    if served[:-1]:
        client.set_registered_model_alias(name, PREVIOUS, served[-2])
    else:
        client.delete_registered_model_alias(name, PREVIOUS)
    client.set_registered_model_tag(name, LINE, ",".join(served))
