"""Pairs a risk with the loss model that it answers by: always one that somebody promoted."""

from typing import TYPE_CHECKING

from models import promotions
from models.loss_model import SPEC as LOSS
from models.scoring.served import Served
from pumploss.errors import ModelError

if TYPE_CHECKING:
    from models.registry import Registry

#: The tag of a risk that names the version of the loss model that it carries, and what it says where that is none.
CARRIED, NONE = "loss_model_version", "none"


def beside(registry: "Registry") -> Served | None:
    """Load the loss model that serves: a risk is never above the loss that it says. None where none serves."""
    version = registry.version(LOSS.name)
    return None if version is None else registry.load(LOSS.name, version)


def carried(registry: "Registry", name: str, version: str) -> str | None:
    """Name the version of the loss model that a version carries; None for one that carries none."""
    said = registry.tags(name, version).get(CARRIED, NONE)
    return None if said == NONE else said


def refuse_unpromoted(registry: "Registry", name: str, version: str) -> None:
    """Raise ModelError for a risk that carries a loss model which never served."""
    loss = carried(registry, name, version)
    if loss is None or loss in registry.served(LOSS.name):
        return
    tags = {str(one.version): dict(one.tags) for one in registry.versions(LOSS.name)}.get(loss, {})
    if not promotions.is_fit(tags):
        raise ModelError(
            f"{name} version {version} carries {LOSS.name} version {loss}, which was never promoted, and would answer "
            f"by it. `pumploss model promote {LOSS.name} {loss}` lets a person decide so; or train again."
        )
