"""Every feature of a trader: the gold columns, Feast fields, model inputs and docs pages are read from here."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

import features as package
from pumploss.contract import Column, Table, Type
from pumploss.tables import gold_trader_features

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn

    TABLE: Table

#: Goes up with every change of what a feature means; models and scores record it.
FEATURE_SET_VERSION = 1


class Facts(StrEnum):
    """What the rows are that a feature aggregates, all of one trader and one T."""

    DAYS = "days"  #: one row per day in the 30 days before T
    MINTS = "mints"  #: one row per mint traded in the 30 days before T
    RUNS = "runs"  #: one row per run of losing sells in the 30 days before T


@dataclass(frozen=True)
class Feature:
    """A feature: its name, group (its module), type, meaning, and how it is computed.

    `monotone` is the sign of its effect on the risk of a loss where that is certain, else 0. `expression` makes the
    aggregate over the rows of `facts`.
    """

    name: str
    group: str
    type: Type
    description: str
    monotone: int = 0
    is_model_input: bool = True
    facts: Facts = Facts.DAYS
    expression: Callable[[], "SparkColumn"] = field(repr=False, compare=False, kw_only=True)

    @property
    def column(self) -> Column:
        """The column of `gold_trader_features`; only ratios and means can be missing."""
        return Column(self.name, self.type, self.description, nullable=self.type is Type.DOUBLE)


_found: list[Feature] = []


def feature(
    kind: Type = Type.DOUBLE, *, monotone: int = 0, is_model_input: bool = True, facts: Facts = Facts.DAYS
) -> Callable[[Callable[[], "SparkColumn"]], Callable[[], "SparkColumn"]]:
    """Register a function as the feature of its name; its module is the group, its docstring the meaning."""

    def register(function: Callable[[], "SparkColumn"]) -> Callable[[], "SparkColumn"]:
        group = function.__module__.rpartition(".")[2]
        description = " ".join((inspect.getdoc(function) or "").split())
        if not description or any(known.name == function.__name__ for known in _found):
            raise ValueError(f"feature {group}.{function.__name__} has no docstring, or its name is taken")
        _found.append(
            Feature(
                function.__name__, group, kind, description, monotone, is_model_input, facts, expression=function
            )
        )
        return function

    return register


@cache
def features() -> tuple[Feature, ...]:
    """All features, by group in alphabetical order and in a group as they are written."""
    modules = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    for name in modules:
        importlib.import_module(f"{package.__name__}.{name}")
    return tuple(sorted(_found, key=lambda one: modules.index(one.group)))


@cache
def model_inputs() -> tuple[Feature, ...]:
    """The features that models are given, in the order of `features()`."""
    return tuple(one for one in features() if one.is_model_input)


@cache
def _table() -> Table:
    return gold_trader_features.TABLE.with_columns(*(one.column for one in features()))


def __getattr__(name: str) -> Table:
    """`TABLE`: the contract of `gold_trader_features` with one column per feature, made on first use."""
    if name == "TABLE":
        return _table()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
