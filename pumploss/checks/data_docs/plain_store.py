"""Has Great Expectations write results as JSON at once; it loads this module by name."""

import json
from typing import Any

import msgspec
from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.data_context.store import ValidationResultsStore
from great_expectations.util import convert_to_json_serializable


class PlainResults(ValidationResultsStore):  # type: ignore[misc]
    """Writes the very text that its parent would, which copies every result some twenty times on the way."""

    def serialize(self, value: ExpectationSuiteValidationResult) -> str:
        """Write a result as JSON."""
        whole = {
            "id": value.id,
            "meta": convert_to_json_serializable(value.meta),
            "results": [_plain(one) for one in value.results],
            "statistics": convert_to_json_serializable(value.statistics),
            "success": value.success,
            "suite_name": value.suite_name,
            "suite_parameters": convert_to_json_serializable(value.suite_parameters),
        }
        # With an indent Python's own encoder goes a way that is not compiled and takes ten times as long.
        try:
            return msgspec.json.format(json.dumps(whole, sort_keys=True), indent=2)
        except msgspec.DecodeError:  # something infinite was measured, which only Python's JSON has a word for
            return json.dumps(whole, indent=2, sort_keys=True)


def _plain(outcome: ExpectationValidationResult) -> dict[str, Any]:
    made = outcome.expectation_config
    return {
        "success": outcome.success,
        "expectation_config": {
            "type": made.type,
            "kwargs": made.kwargs,
            "meta": made.meta,
            "description": made.description,
            "severity": made.severity.value,
        },
        "result": convert_to_json_serializable(outcome.result),
        "meta": outcome.meta,
        "exception_info": outcome.exception_info,
    }
