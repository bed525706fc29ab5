"""Whose dumps a landing holds: the simulator leaves a note beside what it wrote, and never writes among other dumps."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small
from pumploss.whole_files import write_whole
from simulator.behaviours import Behaviours
from simulator.market import Market


def identity(market: Market) -> dict[str, Any]:
    """Says what makes two markets the same but for their length."""
    return {
        "trades_per_day": market.trades_per_day,
        "seed": market.seed,
        "first_day": market.first_day.isoformat(),
        "behaviours": asdict(market.behaviours),
    }


def kind(market: Market) -> dict[str, Any]:
    """Says what makes two markets the same but for when they began and how long they last."""
    return {name: value for name, value in identity(market).items() if name != "first_day"}


def digest(market: Market) -> str:
    """Names the market's kind by eight hex digits."""
    return hashlib.sha256(json.dumps(kind(market)).encode()).hexdigest()[:8]


def is_free(landing: str, market: Market) -> bool:
    """Whether the landing is empty, or holds this market and nothing else."""
    return is_empty(landing) or begun(landing, market) == market.first_day


def is_empty(landing: str) -> bool:
    """Whether the landing is a folder of this machine that holds nothing, or is not there."""
    return "://" not in landing and (not Path(landing).exists() or not any(Path(landing).iterdir()))


def begun(landing: str, market: Market) -> date | None:
    """Answers when the market of this kind began that a landing holds; None where it holds none."""
    if "://" in landing or not (note := note_of(Path(landing))).is_file():
        return None
    noted = _noted(note)
    return noted.first_day if noted and noted.kind == kind(market) else None


def is_simulated(landing: str) -> bool:
    """Whether the dumps of a landing are the simulator's own."""
    return "://" not in landing and note_of(Path(landing)).is_file()


@dataclass(frozen=True)
class _Noted:
    """Holds what a note says of its market, whose behaviours may be those of another version."""

    trades_per_day: int
    seed: int
    first_day: date
    behaviours: dict[str, Any]

    @property
    def kind(self) -> dict[str, Any]:
        """Says what `kind` says of a market."""
        return {"trades_per_day": self.trades_per_day, "seed": self.seed, "behaviours": self.behaviours}


def refuse_torn(landing: str) -> None:
    """Raises DamagedFileError, with the repair, where the note of a landing cannot be read."""
    if "://" not in landing:
        repair = (
            "Put it back from a backup. Without one its market cannot go on: "
            f"`pumploss nightly --landing {landing}` takes the dumps as they are."
        )
        read_small(note_of(Path(landing)), _Noted, repair)


def _noted(note: Path) -> _Noted | None:
    """Answers what a note says; one that cannot be read says of no market that it is its own."""
    try:
        return read_small(note, _Noted, "")
    except DamagedFileError:
        return None


def market_of(landing: str) -> Market | None:
    """Answers the market that a landing holds, as of one day; None for dumps of others or of another version."""
    if not is_simulated(landing):
        return None
    noted = _noted(note_of(Path(landing)))
    if noted is None:
        return None
    try:
        behaviours = Behaviours(**noted.behaviours)
    except (TypeError, ValueError):
        return None
    size = {"trades_per_day": noted.trades_per_day, "seed": noted.seed}
    return Market(days=1, **size, first_day=noted.first_day, behaviours=behaviours)


def claim(landing: Path, market: Market) -> None:
    """Makes the landing where there is none, and notes that it is this market's."""
    landing.mkdir(parents=True, exist_ok=True)
    write_whole(note_of(landing), json.dumps(identity(market)))


def note_of(landing: Path) -> Path:
    """Answers the file of the note: beside the landing, in which only dumps may lie."""
    return landing.with_name(f"{landing.name}.market.json")
