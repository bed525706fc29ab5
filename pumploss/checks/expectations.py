"""Makes the expectations that checks are judged by.

Great Expectations works out the configuration of an expectation some fifty times to judge it once, which was half of
the time that judging took. These subclasses, of the same names and so of the same types, work it out once.
"""

import logging
from functools import cache
from typing import Any

from pumploss.contract import Check


@cache
def _kinds() -> dict[str, Any]:
    """Make the kinds of expectations, by which bounds they have. Imported late: the library takes seconds to load."""
    import great_expectations.expectations as gxe
    from great_expectations.compatibility import pydantic

    def remembering(kind: Any) -> Any:
        def configuration(self: Any) -> Any:
            if self._known is None:
                self._known = kind.configuration.fget(self)
            return self._known

        body = {"_known": pydantic.PrivateAttr(None), "configuration": property(configuration)}
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
