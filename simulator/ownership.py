"""Whose dumps a landing holds: the simulator leaves a note beside what it wrote, and never writes among other dumps."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pumploss.whole_files import write_whole
from simulator.market import Market


def identity(market: Market) -> dict[str, Any]:
    """Says what makes two markets the same but for their length."""
    return {
        "trades_per_day": market.trades_per_day,
        "seed": market.seed,
        "first_day": market.first_day.isoformat(),
        "behaviours": asdict(market.behaviours),
    }


def digest(market: Market) -> str:
    """Names the market by eight hex digits."""
    return hashlib.sha256(json.dumps(identity(market)).encode()).hexdigest()[:8]


def is_free(landing: str, market: Market) -> bool:
    """Whether the landing is empty, or holds this market and nothing else."""
    if "://" in landing:
        return False
    folder, note = Path(landing), note_of(Path(landing))
    if not folder.exists() or not any(folder.iterdir()):
        return True
    return note.is_file() and _noted(note) == identity(market)


def is_simulated(landing: str) -> bool:
    """Whether the dumps of a landing are the simulator's own."""
    return "://" not in landing and note_of(Path(landing)).is_file()


def _noted(note: Path) -> Any:
    """Answers what a note says; one that cannot be read says of no market that it is its own."""
    try:
        return json.loads(note.read_text(encoding="utf-8"))
    except ValueError:
        return None


def claim(landing: Path, market: Market) -> None:
    """Makes the landing where there is none, and notes that it is this market's."""
    landing.mkdir(parents=True, exist_ok=True)
    write_whole(note_of(landing), json.dumps(identity(market)))


def note_of(landing: Path) -> Path:
    """Answers the file of the note: beside the landing, in which only dumps may lie."""
    return landing.with_name(f"{landing.name}.market.json")
