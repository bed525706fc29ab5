"""What Great Expectations said of a night's tables: how many checks, and which failed."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pumploss.checks.data_docs import judgement, results


@dataclass(frozen=True)
class Gate:
    """Says of a table how many checks judged it that night, and names those that failed."""

    table: str
    checks: int
    failed: tuple[str, ...]


def gates(folder: Path, day: date) -> list[Gate]:
    """Read the last judging of each table in the pass of a dump day; a result that is torn is left out."""
    read = {table: judgement(path) for table, path in results(folder, day).items()}
    return [Gate(table, said.checks, said.failed) for table, said in read.items() if said is not None]
