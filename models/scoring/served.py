"""Holds a registered version as its files say it, and reads and writes these files."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from . import trees
from .amount import Amount
from .calibration import Calibrator
from .errors import ScoringError
from .peers import Peers
from .predictor import OTHERS, Predictor
from .score import ScoreMap

if TYPE_CHECKING:
    from lightgbm import Booster

BOOSTER = "model.lgb"
CALIBRATOR = "calibrator.json"
SCORE_MAP = "score_map.json"
FEATURES = "features.json"
TRADE_CALIBRATOR = "trade_calibrator.json"
AMOUNTS = "amount.json"
PEERS = "peers.json"


@dataclass(frozen=True)
class Input:
    """Describes one model input as it was at training: name, group and the sign it was held to.

    `topic` says what its group is about, `meaning` what it is itself, `unit` how its values are shown (one of
    `shown.UNITS`): what reasons are made of.
    """

    name: str
    group: str
    monotone: int
    topic: str = ""
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Served:
    """Holds a registered version, read and verified: plain text and numbers only, so it can be sent to workers.

    `digest` is of everything that scores come from: two models of one name and version number differ in it.
    """

    name: str
    version: str
    booster_text: str
    calibrator: Calibrator
    inputs: tuple[Input, ...]
    score_map: ScoreMap | None
    metrics: dict[str, object]
    digest: str = ""
    other_texts: tuple[tuple[str, str], ...] = ()
    trade: Calibrator | None = None
    amount: Amount | None = None
    peers: Peers | None = None

    @property
    def names(self) -> list[str]:
        """List the model's inputs in their order."""
        return [given.name for given in self.inputs]

    @property
    def booster(self) -> "Booster":
        """Return the trees, parsed once per process."""
        return _parsed(self.booster_text)

    @property
    def predictor(self) -> Predictor:
        """Return all trees, parsed once per process, and what turns them into probabilities and SOL."""
        others = {name: _parsed(text) for name, text in self.other_texts}
        return Predictor(self.booster, self.calibrator, others, self.trade, self.amount)

    @property
    def files(self) -> dict[str, str]:
        """Write every file that answers come from: content by name."""
        content = {
            BOOSTER: self.booster_text,
            CALIBRATOR: self.calibrator.to_json(),
            FEATURES: json.dumps([asdict(given) for given in self.inputs], indent=1),
            **{trees_file(name): text for name, text in self.other_texts},
        }
        if self.trade is not None and self.amount is not None:
            content |= {TRADE_CALIBRATOR: self.trade.to_json(), AMOUNTS: self.amount.to_json()}
        if self.score_map is not None:
            content[SCORE_MAP] = self.score_map.to_json()
        if self.peers is not None:
            content[PEERS] = self.peers.to_json()
        return content


# Two models, of which one has five sets of trees; twice as many while a champion is compared.
@lru_cache(maxsize=12)
def _parsed(text: str) -> "Booster":
    booster: Booster = trees.library().Booster(model_str=text)
    return booster


def trees_file(name: str) -> str:
    """Name the file with the trees of another question than the main one."""
    return f"{name}.lgb"


def from_files(
    name: str, version: str, content: Mapping[str, str], metrics: dict[str, object], digest: str = ""
) -> Served:
    """Make a version of what `files` wrote. Raises ScoringError for any other content."""
    served = Served(
        name=name,
        version=version,
        booster_text=content[BOOSTER],
        calibrator=Calibrator.from_json(content[CALIBRATOR]),
        inputs=tuple(Input(**given) for given in json.loads(content[FEATURES])),
        score_map=ScoreMap.from_json(content[SCORE_MAP]) if SCORE_MAP in content else None,
        metrics=metrics,
        digest=digest,
        other_texts=tuple((other, content[trees_file(other)]) for other in OTHERS if trees_file(other) in content),
        trade=Calibrator.from_json(content[TRADE_CALIBRATOR]) if TRADE_CALIBRATOR in content else None,
        amount=Amount.from_json(content[AMOUNTS]) if AMOUNTS in content else None,
        peers=Peers.from_json(content[PEERS]) if PEERS in content else None,
    )
    held = (served.booster, *served.predictor.others.values())
    if any(booster.feature_name() != served.names for booster in held):
        raise ScoringError(f"{FEATURES} and the booster name different inputs. Train the model again.")
    return served
