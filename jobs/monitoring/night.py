"""One night that is watched: each thing that it needs is read once, and what cannot be read or measured is said."""

from collections.abc import Callable
from datetime import date
from functools import cached_property, partial
from typing import TypeVar

import polars as pl

from features.registry import model_inputs
from jobs.monitoring import reading
from jobs.monitoring.watching import MODELS, Model, Watched, age, drift, of_matured
from jobs.running.step_context import StepContext
from models.bounds import Figure
from models.drift import Reference
from models.registry import Registry
from models.scoring.served import Served
from pumploss.errors import failure_text

Found = TypeVar("Found")


class Night:
    """Watches one T. Whatever goes wrong with a part of it is a warning, and the other parts go on."""

    def __init__(self, context: StepContext, registry: Registry, as_of: date) -> None:
        self._context = context
        self._registry = registry
        self._as_of = as_of
        self._loaded: dict[tuple[str, str], Served] = {}

    def watched(self) -> list[Watched]:
        """Measures both models; nothing where T has no scores."""
        scores = self._tried("its scores", lambda: reading.scores(self._context, self._as_of), pl.DataFrame())
        if scores.is_empty():
            return []
        matured = self._tried("matured scores", lambda: reading.matured(self._context, self._as_of), pl.DataFrame())
        found: list[Watched] = []
        for model in MODELS:
            name = model.spec.name
            none: list[Watched] = []
            found += self._tried(f"the age of {name}", partial(self._age, model, scores), none)
            found += self._tried(f"drift of {name}", partial(self._drift, model, scores), none)
            judge = partial(of_matured, model, matured, self._load, self._registry.tags)
            found += self._tried(f"matured scores of {name}", judge, none)
        return found

    def _age(self, model: Model, scores: pl.DataFrame) -> list[Watched]:
        """Measures how old that is which the version that scored T knows."""
        name, version = model.spec.name, _version(model, scores)
        days = float(age(self._registry.tags(name, version), self._as_of))
        figure = Figure("age_days", days, float("nan"), len(scores), len(scores))
        return [Watched(name, version, figure, self._as_of, self._as_of)]

    def _drift(self, model: Model, scores: pl.DataFrame) -> list[Watched]:
        """Measures how far T is from what the version that scored it was made from."""
        name, version = model.spec.name, _version(model, scores)
        reference = Reference.of(self._load(name, version).metrics)
        figures = drift(reference, self._inputs, scores[model.probability])
        return [Watched(name, version, figure, self._as_of, self._as_of) for figure in figures]

    @cached_property
    def _inputs(self) -> pl.DataFrame:
        return reading.inputs(self._context, self._as_of, [wanted.name for wanted in model_inputs()])

    def _load(self, name: str, version: str) -> Served:
        if (name, version) not in self._loaded:
            self._loaded[name, version] = self._registry.load(name, version)
        return self._loaded[name, version]

    def _tried(self, what: str, work: Callable[[], Found], otherwise: Found) -> Found:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - whatever it was, watching must not hold up the night
            said = failure_text(error)
            self._context.report.warnings.append(f"{what} of T = {self._as_of} could not be watched: {said}")
            return otherwise


def _version(model: Model, scores: pl.DataFrame) -> str:
    """Names the version that gave the scores: a day has one."""
    return str(scores[model.version][0])
