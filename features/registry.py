"""Registers every feature of a trader: gold columns, Feast fields, model inputs and docs pages are read from here."""

import importlib
import inspect
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import features as package
from features.recomputed.values import NOT_RECOMPUTED
from features.wording import phrases
from pumploss.contract import Column, Table, Type
from pumploss.tables import gold_trader_features

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import Column as SparkColumn

    TABLE: Table
    Expression = Callable[[], SparkColumn]

#: Goes up with every change of what a feature means; models and scores record it.
FEATURE_SET_VERSION = 3

#: How the names of features end where their values have a unit; without one they are ratios or counts.
UNITS = ("sol", "seconds", "hours", "days", "share", "rate", "count")


@dataclass(frozen=True)
class Feature:
    """Describes a feature: its name, group (its module), type, meaning, and how it is computed.

    `monotone` is the sign of its effect on the risk of a loss where that is certain, else 0. `is_nullable` says that it
    does not exist for every eligible trader. `support` names the count, a feature too, of what a rate or mean rests on.
    What grows with the length of the data is no model input. `expression` makes the Column over one row of windowed
    facts, that is one trader and one T.
    """

    name: str
    group: str
    type: Type
    description: str
    monotone: int = 0
    is_model_input: bool = True
    is_nullable: bool = False
    support: str = ""
    expression: "Expression" = field(repr=False, compare=False, kw_only=True)

    @property
    def is_recomputed(self) -> bool:
        """Tell whether the feature is worked out a second time, by other code, every night."""
        return self.name not in NOT_RECOMPUTED

    @property
    def unit(self) -> str:
        """Read the unit off the name, or off the description; ratios and most counts have none."""
        said = {"sol": ", in SOL" in self.description, "hour": self.description.startswith("UTC hour")}
        named = next((word for word in reversed(self.name.split("_")) if word in UNITS), "")
        return named or next((unit for unit, is_said in said.items() if is_said), "")

    @property
    def window(self) -> str:
        """Read the window off the name, as `30d` or `24h`; empty for a level or a lifetime figure."""
        words = reversed(self.name.split("_"))
        return next((word for word in words if word[:-1].isdigit() and word[-1] in "dh"), "")

    @property
    def topic(self) -> str:
        """Say what of a trader the feature's group is about, in the words of its module."""
        return str(importlib.import_module(f"{package.__name__}.{self.group}").TOPIC)

    @property
    def meaning(self) -> str:
        """Say in one phrase, to somebody who knows no T, what the feature is."""
        others = {known.name: known.description for known in features()}
        return phrases.meaning(self.description, self.shown_unit, others)

    @property
    def shown_unit(self) -> str:
        """Tell in which unit people are shown its values."""
        return "" if self.type is Type.BIGINT else phrases.unit(self.name, self.unit, self.description)

    @property
    def column(self) -> Column:
        """Return the column of `gold_trader_features`."""
        return Column(self.name, self.type, self.description, nullable=self.is_nullable)


_registered: list[Feature] = []


def feature(
    kind: Type = Type.DOUBLE,
    *,
    monotone: int = 0,
    is_model_input: bool = True,
    is_nullable: bool = False,
    support: str = "",
) -> "Callable[[Expression], Expression]":
    """Register a function as the feature of its name; its module is the group, its docstring the meaning.

    Raises ValueError for a function without a docstring and for a name that is taken.
    """

    def register(function: "Expression") -> "Expression":
        name, group = function.__name__, function.__module__.rpartition(".")[2]
        description = " ".join((inspect.getdoc(function) or "").split())
        if not description or any(known.name == name for known in _registered):
            raise ValueError(f"feature {group}.{name} has no docstring, or another feature has its name")
        _registered.append(
            Feature(name, group, kind, description, monotone, is_model_input, is_nullable, support, expression=function)
        )
        return function

    return register


@cache
def features() -> tuple[Feature, ...]:
    """List all features, by group in alphabetical order and in a group as they are written."""
    modules = sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.ispkg)
    for name in modules:
        importlib.import_module(f"{package.__name__}.{name}")
    return tuple(sorted(_registered, key=lambda known: known.group))


@cache
def model_inputs() -> tuple[Feature, ...]:
    """List the features that models are given, in the order of `features()`."""
    return tuple(known for known in features() if known.is_model_input)


@cache
def _table() -> Table:
    return gold_trader_features.TABLE.with_columns(*(known.column for known in features()))


def __getattr__(name: str) -> Table:
    """Make `TABLE` on first use: the contract of `gold_trader_features` with one column per feature."""
    if name == "TABLE":
        return _table()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
