"""How good the registered champions are, beside the baselines that they were judged against."""

from dataclasses import dataclass, field
from typing import Any

from models.loss_model import SPEC as LOSS
from models.registry import CHALLENGER, Registry
from models.risk_model import SPEC as RISK
from pumploss.settings import Settings

#: Measures that are shown, by title.
MEASURES = {
    "AUC exposed": "auc_exposed",
    "PR-AUC rarer": "pr_auc_minority",
    "Brier": "brier",
    "Brier skill": "brier_skill",
    "ECE": "ece",
    "loss in top 10 %": "loss_captured_top_decile",
}


@dataclass(frozen=True)
class Champion:
    """A model's champion, with measures by contender, `model` first.

    Where there is none, `version` is None and `tags` are those of the challenger that the gate kept back.
    """

    name: str
    version: str | None
    tags: dict[str, str] = field(default_factory=dict)
    measures: dict[str, dict[str, float]] = field(default_factory=dict)

    def rows(self) -> list[tuple[Any, ...]]:
        """Makes a table's rows: contender and its measures."""
        return [
            (self._label(contender), *(_number(measured.get(key)) for key in MEASURES.values()))
            for contender, measured in self.measures.items()
        ]

    def _label(self, contender: str) -> str:
        is_ours = contender == "model"
        return f"{self.name} v{self.version}" if is_ours else f"  {contender.replace('_', ' ')}"


def champions(settings: Settings) -> list[Champion]:
    """Lists both models' champions, with the measures on the test days that were stored when they were registered."""
    registry, both = Registry(settings), []
    for spec in (LOSS, RISK):
        version = registry.version(spec.name)
        if version is None:
            challenger = registry.version(spec.name, CHALLENGER)
            both.append(Champion(spec.name, None, registry.tags(spec.name, challenger) if challenger else {}))
            continue
        metrics: Any = registry.load(spec.name, version).metrics
        measures = {"model": metrics["model"], **metrics["baselines"]}
        both.append(Champion(spec.name, version, registry.tags(spec.name, version), measures))
    return both


def _number(value: float | None) -> str | None:
    return None if value is None or value != value else f"{value:.3f}"  # noqa: PLR0124 - not a number
