"""Writes a model as files and reads it: trees as LightGBM's text, the rest JSON, under digests, never a pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from models.card import model_card
from models.scoring import trees
from models.scoring.amount import Amount
from models.scoring.calibration import Calibrator
from models.scoring.errors import ScoringError
from models.scoring.predictor import OTHERS, Predictor
from models.scoring.score import ScoreMap
from models.training import Input, Trained
from pumploss.errors import ModelError

if TYPE_CHECKING:
    from lightgbm import Booster

BOOSTER = "model.lgb"
CALIBRATOR = "calibrator.json"
SCORE_MAP = "score_map.json"
FEATURES = "features.json"
TRADE_CALIBRATOR = "trade_calibrator.json"
AMOUNTS = "amount.json"
METRICS = "metrics.json"
CARD = "model_card.md"

#: MLflow puts our files into this folder beside the booster.
EXTRA = "extra_files"

#: What may lie in a model's folder. MLflow's own files are text; anything else could run code when it is loaded.
ALLOWED_SUFFIXES = frozenset({".lgb", ".json", ".md", ".txt", ".yaml", ".yml"})
ALLOWED_NAMES = frozenset({"MLmodel", "registered_model_meta"})


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


# Two models, of which one has five sets of trees; twice as many while a champion is compared.
@lru_cache(maxsize=12)
def _parsed(text: str) -> "Booster":
    booster: Booster = trees.library().Booster(model_str=text)
    return booster


def sha256(text: str) -> str:
    """Digest a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def files(trained: Trained, tags: Mapping[str, str]) -> dict[str, str]:
    """Write every file that goes with the booster: content by name."""
    predictor = trained.predictor
    content = {
        CALIBRATOR: predictor.calibrator.to_json(),
        FEATURES: json.dumps([asdict(given) for given in trained.inputs], indent=1),
        METRICS: json.dumps(trained.evaluation.evidence(), indent=1),
        CARD: model_card(trained, tags),
    }
    content |= {trees_file(name): booster.model_to_string() for name, booster in predictor.others.items()}
    if predictor.trade is not None and predictor.amount is not None:
        content |= {TRADE_CALIBRATOR: predictor.trade.to_json(), AMOUNTS: predictor.amount.to_json()}
    if trained.score_map is not None:
        content[SCORE_MAP] = trained.score_map.to_json()
    return content


def trees_file(name: str) -> str:
    """Name the file with the trees of another question than the main one."""
    return f"{name}.lgb"


def digests(booster_text: str, content: Mapping[str, str]) -> dict[str, str]:
    """Make the tags by which `read` recognises the booster and the files."""
    listed = json.dumps({name: sha256(text) for name, text in sorted(content.items())})
    return {"booster_sha256": sha256(booster_text), "artifacts_sha256": listed}


def read(folder: Path, name: str, version: str, tags: Mapping[str, str]) -> Served:
    """Read the version in this folder.

    Raises ModelError if a file is changed, missing, or of a kind that could run code.
    """
    where = f"{name} version {version} in {folder}"
    refuse_code(folder, where)
    booster_text = _text(folder / BOOSTER, where)
    expected = json.loads(tags.get("artifacts_sha256", "{}"))
    content = {file: _text(folder / EXTRA / file, where) for file in expected}
    present = digests(booster_text, content)
    if present != {key: tags.get(key) for key in ("booster_sha256", "artifacts_sha256")}:
        changed = sorted(file for file, text in content.items() if sha256(text) != expected[file]) or [BOOSTER]
        raise ModelError(
            f"{where}: {', '.join(changed)} is not what was registered. Restore the file, or set the alias `champion` "
            "to the version of `previous` and train again."
        )
    try:
        served = _served(name, version, booster_text, content, sha256(json.dumps(present, sort_keys=True)))
    except ScoringError as error:
        raise ModelError(f"{where}: {error}") from error
    held = (served.booster, *served.predictor.others.values())
    if any(booster.feature_name() != served.names for booster in held):
        raise ModelError(f"{where}: {FEATURES} and the booster name different inputs. Train the model again.")
    return served


def _served(name: str, version: str, booster_text: str, content: Mapping[str, str], digest: str) -> Served:
    """Make a version of its files."""
    return Served(
        name=name,
        version=version,
        booster_text=booster_text,
        calibrator=Calibrator.from_json(content[CALIBRATOR]),
        inputs=tuple(Input(**given) for given in json.loads(content[FEATURES])),
        score_map=ScoreMap.from_json(content[SCORE_MAP]) if SCORE_MAP in content else None,
        metrics=json.loads(content[METRICS]),
        digest=digest,
        other_texts=tuple((other, content[trees_file(other)]) for other in OTHERS if trees_file(other) in content),
        trade=Calibrator.from_json(content[TRADE_CALIBRATOR]) if TRADE_CALIBRATOR in content else None,
        amount=Amount.from_json(content[AMOUNTS]) if AMOUNTS in content else None,
    )


def refuse_code(folder: Path, where: str) -> None:
    """Raise ModelError if the folder holds a file of a kind that loading could execute."""
    held = [path for path in folder.rglob("*") if path.is_file()]
    strange = [path for path in held if path.suffix not in ALLOWED_SUFFIXES and path.name not in ALLOWED_NAMES]
    if strange:
        raise ModelError(
            f"{where}: {strange[0].relative_to(folder)} is not a file that this project logs; a pickle can run code "
            "when it is loaded. Do not load it; register the model by training it."
        )


def _text(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{where}: {path.name} cannot be read ({error}). Restore it or train again.") from error
