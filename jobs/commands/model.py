"""`model`: the registered models, what the gate said of them, who serves, and a report of each."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from jobs.commands import large_losses, model_report
from jobs.commands.terminal import show_facts, show_table
from jobs.scoring import carrying
from models.large_losses import LARGE_SOL
from models.loss_model import SPEC as LOSS
from models.registry import CHALLENGER, CHAMPION, PREVIOUS, Registry
from models.risk_model import SPEC as RISK
from pumploss.errors import ModelError, SettingsError
from pumploss.settings import from_environment

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

NAMES = (LOSS.name, RISK.name)
#: What `show` prints of the evidence, by title.
TABLES = {
    "large_losses": f"Of the rows that lost {LARGE_SOL:g} SOL or more (`large`), called safe",
    "bands": "Bands",
    "slices": "Slices",
    "folds": "Folds",
    "doubts": "Doubts",
}


def run(arguments: argparse.Namespace) -> int:
    """Does what was asked; `promote` and `rollback` change who scores from the next night on."""
    registry = Registry(from_environment())
    if arguments.action == "list":
        _print(arguments, {name: _versions(registry, name) for name in NAMES if arguments.name in (None, name)})
        return 0
    if arguments.name not in NAMES:
        raise SettingsError(f"Say which model: {' or '.join(NAMES)}, not {arguments.name!r}.")
    if arguments.action == "rollback":
        _roll_back(registry, arguments.name)
        return 0
    version = _known(registry, arguments.name, arguments.version)
    if arguments.action == "promote":
        _promote(registry, arguments.name, version)
        return 0
    if arguments.action == "report":
        print(model_report.write(registry.settings, registry, arguments.name, version, arguments.to))
        return 0
    shown = _shown(registry, arguments.name, version)
    if arguments.json:
        print(json.dumps(shown))
    else:
        _show(f"{arguments.name} version {version}", shown)
    return 0


def _shown(registry: Registry, name: str, version: str) -> dict[str, Any]:
    """Puts tags, evidence, and what nights have found of those who lost much, side by side."""
    tags, evidence = registry.tags(name, version), registry.load(name, version).metrics
    locked = tags.get("range_test", "")
    large = large_losses.of_version(registry.settings, name, version, evidence, locked)
    return {"tags": tags, **evidence, "large_losses": large}


def _versions(registry: Registry, name: str) -> list[dict[str, Any]]:
    aliases = {registry.version(name, alias): alias for alias in (CHALLENGER, PREVIOUS, CHAMPION)}
    return [_row(known, aliases.get(str(known.version))) for known in registry.versions(name)]


def _row(known: "ModelVersion", alias: str | None) -> dict[str, Any]:
    kept = ("gate", "promoted", "label_version", "horizon_days", "score_version", "range_train", "range_test")
    return {"version": str(known.version), "alias": alias, **{name: known.tags.get(name) for name in kept}}


#: Columns that fit a terminal; `--json` and `model show` have the others.
_LISTED = ("version", "alias", "gate", "range_test")


def _print(arguments: argparse.Namespace, by_name: dict[str, list[dict[str, Any]]]) -> None:
    if arguments.json:
        print(json.dumps(by_name))
        return
    for name, rows in by_name.items():
        if rows:
            show_table(name, _LISTED, [[row[column] for column in _LISTED] for row in rows])
        else:
            print(f"{name}: nothing was registered yet; a night trains once enough days have matured.")


def _known(registry: Registry, name: str, version: str | None) -> str:
    """Answers the version, or the latest. Raises ModelError where there is none, or not that one."""
    known = [str(one.version) for one in registry.versions(name)]
    if not known:
        raise ModelError(f"{name} was never registered: run `pumploss nightly` until enough days have matured.")
    if version is not None and version not in known:
        raise ModelError(f"{name} has no version {version}: `pumploss model list` shows those there are.")
    return version or known[-1]


def _roll_back(registry: Registry, name: str) -> None:
    """Lets the version serve that served before. Raises ModelError, and changes nothing, where that cannot be."""
    followed = registry.version(name)
    for version in registry.before(name)[-1:]:
        registry.load(name, version)  # as for one that is promoted
    version = registry.roll_back(name)
    left = registry.before(name)
    more = f"Left to go back to: {', '.join(reversed(left))}." if left else "None is left to go back to."
    _say_serves(registry, name, version, followed, more)


def _promote(registry: Registry, name: str, version: str) -> None:
    """Lets a version serve. Raises ModelError, and changes nothing, where it cannot be loaded and verified."""
    followed = registry.version(name)
    if version == followed:
        print(f"{name} version {version} is the champion already: nothing was changed.")
        return
    registry.load(name, version)  # what cannot be loaded, or is not what was registered, would end the next night
    registry.promote(name, version, why="by hand")
    _say_serves(registry, name, version, followed)


def _say_serves(registry: Registry, name: str, version: str, followed: str | None, *more: str) -> None:
    """Says who serves now, what the gate said of it, and what it answers by where it carries another model."""
    said = registry.tags(name, version).get("gate")
    print(f"{name} version {version} is the champion{f', after version {followed}' if followed else ''}.")
    print(f"The gate said of it: {said}.")
    for line in (*more, *carrying.notes(registry)):
        print(line)
    print(
        "Days that were scored keep their models; `pumploss run gold_scores --day DAY --rescore` gives one new scores."
    )


def _show(title: str, shown: dict[str, Any]) -> None:
    # The digest of every file fills screens; `--json` has it.
    show_facts(title, sorted((name, tag) for name, tag in shown["tags"].items() if name != "artifacts_sha256"))
    for name, head in TABLES.items():
        if rows := shown.get(name):
            show_table(head, list(rows[0]), [[_rounded(cell) for cell in row.values()] for row in rows])
    compared = shown.get("comparisons", {})
    rows = [[name, *(_rounded(value) for value in one.values())] for name, one in compared.items()]
    show_table("Better than each baseline by", ("", "difference", "95 % from", "to"), rows)


def _rounded(value: Any) -> Any:
    return f"{value:.4f}" if isinstance(value, float) else value
