"""Makes the expectations that checks are judged by, and lets them judge a column of metrics.

Great Expectations by itself searches for each expectation what is to be measured, how and in which order, and works out
its configuration some fifty times on the way: ten times what judging takes. Here the expectations are handed what they
ask for. They are of subclasses of the same names, and so of the same types, that work out once what they rest on.
"""

import logging
from copy import copy
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pumploss.checks.library import great_expectations
from pumploss.contract import Check

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult


@cache
def _kinds() -> dict[str, Any]:
    """Make the kinds of expectations, by which bounds they have. Imported late: the library takes seconds to load."""
    gxe = great_expectations().expectations
    from great_expectations.compatibility import pydantic

    def remembering(kind: Any) -> Any:
        def configuration(self: Any) -> Any:
            if self._known is None:
                self._known = kind.configuration.fget(self)
            return self._known

        def dependencies(self: Any, *given: Any, **named: Any) -> Any:
            if self._wanted is None:
                self._wanted = kind.get_validation_dependencies(self, *given, **named)
            return self._wanted

        body = {
            "_known": pydantic.PrivateAttr(None),
            "_wanted": pydantic.PrivateAttr(None),
            "configuration": property(configuration),
            "get_validation_dependencies": dependencies,
        }
        return type(kind)(kind.__name__, (kind,), {**body, "__module__": __name__, "__doc__": kind.__doc__})

    registry = logging.getLogger("great_expectations.expectations.registry")
    level = registry.level
    registry.setLevel(logging.ERROR)  # that a kind is declared anew is meant
    try:
        return {
            "both": remembering(gxe.ExpectColumnValuesToBeBetween),
            "highest": remembering(gxe.ExpectColumnMaxToBeBetween),
            "lowest": remembering(gxe.ExpectColumnMinToBeBetween),
        }
    finally:
        registry.setLevel(level)


def expectation(check: Check, label: str, is_measured: bool, **words: Any) -> Any:
    """Make the expectation that a column of metrics stays within a check's bounds; `words` are what its page says.

    A look at the largest or smallest value is many times cheaper than one at every value; but it fails where there is
    no value at all.
    """
    bounds = {"min_value": check.lowest, "max_value": check.highest}
    kind = "both"
    if is_measured and None in bounds.values():
        kind = "highest" if check.lowest is None else "lowest"
    return _kinds()[kind](column=label, **bounds, **words)


def outcome(expectation: Any, values: np.ndarray) -> "ExpectationValidationResult":
    """Let an expectation judge a column of metrics; what it answers is as after `validate` of a whole batch.

    Its configuration is the outcome's own, so a page may say more of it. What was not measured is NaN.
    """
    format_ = {"result_format": "BASIC"}
    wanted = expectation.get_validation_dependencies(runtime_configuration=format_).get_metric_configurations()
    low, high = expectation.min_value, expectation.max_value
    measured = {one.id: _measured(one.metric_name, values, low, high) for one in wanted}
    judged = expectation.metrics_validate(measured, runtime_configuration=format_)
    judged.expectation_config = copy(judged.expectation_config)
    return judged


def outside(values: np.ndarray, low: float | None, high: float | None) -> np.ndarray:
    """List the rows whose value lies outside these bounds; None is no bound, and NaN lies nowhere."""
    is_low, is_high = values < (-np.inf if low is None else low), values > (np.inf if high is None else high)
    rows: np.ndarray = np.flatnonzero(is_low | is_high)
    return rows


def _measured(name: str, values: np.ndarray, low: float | None, high: float | None) -> Any:
    """Measure what an expectation asks for by the name that Great Expectations gives it. Raises ValueError for more."""
    match name:
        case "column.max":
            return float(np.fmax.reduce(values))
        case "column.min":
            return float(np.fmin.reduce(values))
        case "table.row_count":
            return len(values)
        case "column_values.nonnull.unexpected_count":
            return int(np.isnan(values).sum())
        case "column_values.between.unexpected_count":
            return len(outside(values, low, high))
        case "column_values.between.unexpected_values":
            return values[outside(values, low, high)].tolist()
    raise ValueError(f"Great Expectations asks for {name}, which is not measured here.")
