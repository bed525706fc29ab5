"""What the tests of sources share: parsing bytes as if they had landed, and a line of each
source."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.building.source_lines import LINES, Parsed, csv_text, json_text, parse_bytes, rows_text


@pytest.fixture
def parse() -> Callable[..., Parsed]:
    """Parses bytes as a landed file."""
    return parse_bytes


@pytest.fixture
def line() -> Callable[..., dict[str, Any]]:
    """A good line of a source, with some fields changed."""
    return lambda name, **changed: {**LINES[name], **changed}


@pytest.fixture
def refusal() -> Callable[..., str | None]:
    """The reason that a good line is refused for when some of its fields are changed; None if it is
    not."""

    def refusal(name: str, **changed: Any) -> str | None:
        parsed = parse_bytes(name, *rows_text(name, [LINES[name], {**LINES[name], **changed}]))
        numbers = (2, 3) if name != "pumpfun_api" else (1, 2)
        assert parsed.file["records"] == 2, parsed.file
        assert parsed.trades[0]["line_number"] == numbers[0]
        if not parsed.refused:
            return None
        ((number, reason),) = parsed.refused
        assert number == numbers[1]
        return reason

    return refusal


@pytest.fixture
def as_csv() -> Callable[[list[dict[str, Any]]], bytes]:
    """Rows as CSV."""
    return csv_text


@pytest.fixture
def as_json() -> Callable[[list[dict[str, Any]]], bytes]:
    """Rows as JSON lines."""
    return json_text
