"""Writes a model as files and reads it: trees as LightGBM's text, the rest JSON, under digests, never a pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from models.card import model_card
from models.report.page import page
from models.scoring.consumer import LOSS_FOLDER, LOSS_VERSION
from models.scoring.errors import ScoringError
from models.scoring.peers import Peers
from models.scoring.predictor import Predictor
from models.scoring.served import BOOSTER, Served, from_files
from pumploss.errors import ModelError

if TYPE_CHECKING:
    from models.training import Trained

METRICS = "metrics.json"
CARD = "model_card.md"
#: A page for people, allowed among the files since nothing that loads a model opens it; it has no script, either.
REPORT = "report.html"

#: Where a version keeps the twin that was judged in its stead.
TWIN_FOLDER = "judged"

#: Where MLflow puts a model's files, and the code that answers with them.
MODEL, CODE = "artifacts/model", "code"
#: The file of `models` that MLflow runs when a consumer loads a version.
SCRIPT = "logged_model.py"

#: Where files of versions lie that were registered as a booster of LightGBM.
BESIDE_BOOSTER = "extra_files"

#: What may lie in a model's folder, beside code whose digest was registered. MLflow's own files are text; anything else
#: could run code when it is loaded.
ALLOWED_SUFFIXES = frozenset({".lgb", ".html", ".json", ".md", ".txt", ".yaml", ".yml"})
ALLOWED_NAMES = frozenset({"MLmodel", "registered_model_meta"})


def sha256(text: str) -> str:
    """Digest a text."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def scoring_code() -> dict[str, str]:
    """Read the code that answers, by its path beside the model.

    Its package has a name of its own, which changes with every change of the code.
    """
    here = Path(__file__).parent
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted((here / "scoring").glob("*.py"))}
    package = f"pumploss_scoring_{sha256(json.dumps(texts))[:12]}"
    script = {SCRIPT: (here / SCRIPT).read_text(encoding="utf-8")}
    return script | {f"{CODE}/{package}/{name}": text for name, text in texts.items()}


def files(
    trained: "Trained", tags: Mapping[str, str], loss: Served | None = None, peers: Peers | None = None
) -> dict[str, str]:
    """Write every file of a version, its code too: content by path.

    `loss` is the loss model that goes with a risk, `peers` what is usual beside what it explains.
    """
    own, twin = replace(_as_served(trained, trained.predictor), peers=peers), _as_served(trained, trained.judged)
    evidence = trained.evaluation.evidence()
    content = own.files | {
        METRICS: json.dumps(evidence, indent=1),
        CARD: model_card(trained, tags),
        REPORT: page(trained.spec.name, trained.spec.purpose, evidence, tags),
        **{f"{TWIN_FOLDER}/{name}": text for name, text in twin.files.items()},
    }
    if loss is not None:
        content |= {f"{LOSS_FOLDER}/{name}": text for name, text in loss.files.items()}
        content[LOSS_VERSION] = json.dumps({"name": loss.name, "version": loss.version})
    return {f"{MODEL}/{name}": text for name, text in content.items()} | scoring_code()


def _as_served(trained: "Trained", predictor: Predictor) -> Served:
    others = tuple((name, booster.model_to_string()) for name, booster in predictor.others.items())
    return Served(
        trained.spec.name, "", predictor.booster.model_to_string(), predictor.calibrator, trained.inputs,
        trained.score_map, {}, other_texts=others, trade=predictor.trade, amount=predictor.amount,
    )  # fmt: skip


def write(content: Mapping[str, str], folder: Path) -> None:
    """Write files below a folder."""
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def digests(content: Mapping[str, str]) -> dict[str, str]:
    """Make the tags by which `read` recognises the files."""
    booster = content[f"{MODEL}/{BOOSTER}"]
    listed = json.dumps({name: sha256(text) for name, text in sorted(content.items())})
    return {"booster_sha256": sha256(booster), "artifacts_sha256": listed}


def read(folder: Path, name: str, version: str, tags: Mapping[str, str]) -> Served:
    """Read the version in this folder, and run nothing of it.

    Raises ModelError if a file is changed, missing, or of a kind that could run code and was not registered.
    """
    where = f"{name} version {version} in {folder}"
    own = _verified(folder, name, where, tags)
    digest = sha256(json.dumps({key: tags.get(key) for key in ("booster_sha256", "artifacts_sha256")}, sort_keys=True))
    return _served(name, version, own, where, digest)


def read_twin(folder: Path, name: str, version: str, tags: Mapping[str, str]) -> Served:
    """Read the twin that has not seen the locked days of the version's training; of versions without one, the version.

    Raises ModelError as `read` does.
    """
    where = f"{name} version {version} in {folder}"
    own = _verified(folder, name, where, tags)
    twin = {
        file.removeprefix(f"{TWIN_FOLDER}/"): text for file, text in own.items() if file.startswith(f"{TWIN_FOLDER}/")
    }
    return _served(name, version, own | twin, where)


def _served(name: str, version: str, own: Mapping[str, str], where: str, digest: str = "") -> Served:
    try:
        return from_files(name, version, own, json.loads(own[METRICS]), digest)
    except ScoringError as error:
        raise ModelError(f"{where}: {error}") from error
    except KeyError as error:
        raise ModelError(f"{where}: {error} was not registered with it. Train the model again.") from error


def _verified(folder: Path, name: str, where: str, tags: Mapping[str, str]) -> dict[str, str]:
    """Read the files of a version, by their path beside the model, and hold them against what was registered."""
    expected: dict[str, str] = json.loads(tags.get("artifacts_sha256", "{}"))
    refuse_code(folder, where, expected)
    content = {file: _text(_place(folder, file), where) for file in expected}
    if f"{MODEL}/{BOOSTER}" not in expected:
        content[BOOSTER] = _text(folder / BOOSTER, where)
    present = {file: sha256(text) for file, text in content.items()}
    wanted = {BOOSTER: tags.get("booster_sha256"), **expected}
    if changed := sorted(file for file, digest in present.items() if digest != wanted.get(file)):
        raise ModelError(
            f"{where}: {', '.join(changed)} is not what was registered. Restore the file. If this version is the "
            f"champion, `pumploss model rollback {name}` lets the one before serve until then."
        )
    return {file.removeprefix(f"{MODEL}/"): text for file, text in content.items()}


def _place(folder: Path, file: str) -> Path:
    return folder / file if "/" in file or file == SCRIPT else folder / BESIDE_BOOSTER / file


def refuse_code(folder: Path, where: str, registered: Mapping[str, str]) -> None:
    """Raise ModelError if the folder holds a file that loading could execute and that was not registered."""
    held = [path for path in folder.rglob("*") if path.is_file()]
    strange = [
        path
        for path in held
        if path.suffix not in ALLOWED_SUFFIXES
        and path.name not in ALLOWED_NAMES
        and path.relative_to(folder).as_posix() not in registered
    ]
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
