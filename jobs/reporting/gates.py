"""What Great Expectations said of a night's tables: how many checks, and which failed."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pumploss.checks.data_docs import results


@dataclass(frozen=True)
class Gate:
    """Says of a table how many checks judged it that night, and names those that failed."""

    table: str
    checks: int
    failed: tuple[str, ...]


def gates(folder: Path, day: date) -> list[Gate]:
    """Read the last judging of each table in the pass of a dump day; a result that is torn is left out."""
    found = []
    for table, path in results(folder, day).items():
        try:
            outcomes = json.loads(path.read_text(encoding="utf-8"))["results"]
            failed = [one["expectation_config"]["meta"]["check"] for one in outcomes if not one["success"]]
        except (ValueError, KeyError, TypeError):
            continue
        found.append(Gate(table, len(outcomes), tuple(failed)))
    return found
