"""Runs in an environment of MLflow and LightGBM alone: the snippet of the docs, then other frames than it is given.

Answers lie in `answers/<frame>.parquet`, what was said of frames that cannot be answered in `refused.json`.
"""

import json
import runpy
import shutil
import sys
from decimal import Decimal
from pathlib import Path

import mlflow
import numpy as np


def any_numeric(features):
    """The same values, in columns of every numeric type that holds them."""
    types = ("float32", "Int64", "int32", "Float64", Decimal)
    frame = features.copy()
    for turn, (name, column) in enumerate(features.items()):
        if column.dtype == "float64":
            frame[name] = [None if np.isnan(value) else Decimal(value) for value in column] if turn % 7 else column
        elif column.dtype == "int64":
            kind = types[turn % len(types)]
            frame[name] = [Decimal(value) for value in column] if kind is Decimal else column.astype(kind)
    return frame


def refusal(model, frame):
    try:
        model.predict(frame)
    except Exception as error:  # noqa: BLE001 - whatever a consumer would see
        return str(error)
    return "nothing"


def refused_load(folder, turn):
    """What is said of a copy of a version, turned into something else, before it answers anything."""
    copy = shutil.copytree(folder, "turned_copy")
    try:
        turn(copy)
        mlflow.pyfunc.load_model(str(copy))
    except ValueError as error:
        return str(error)
    finally:
        shutil.rmtree(copy)
    return "nothing"


def other_leaf(folder, name):
    path = Path(folder) / name
    kept = path.read_text()
    first, found, rest = kept.partition("leaf_value=")
    path.write_text(first + found + "9" + rest[1:])
    assert path.read_text() != kept


found = runpy.run_path("snippet.py")
risk, features = found["risk"], found["features"]
loss = mlflow.pyfunc.load_model("models:/loss-prediction@champion")
frames = {
    "snippet": found["answers"],
    "loss": loss.predict(features),
    "turned": risk.predict(features[features.columns[::-1]].assign(mood="good", age=1)),
    "numeric": risk.predict(any_numeric(features)),
    "indexed": risk.predict(features.set_index("trader_address")).reset_index(drop=True),
    "none": risk.predict(features[:0]),
}
Path("answers").mkdir()
for name, answers in frames.items():
    answers.to_parquet(f"answers/{name}.parquet")
refused = {
    "absent": refusal(risk, features.drop(columns=["buy_sol_7d", "win_rate_30d"])),
    "text": refusal(risk, features.assign(buy_sol_7d="much")),
}
registered = mlflow.artifacts.download_artifacts("models:/risk-score@champion", dst_path="registered")
(package,) = (path.name for path in (Path(registered) / "code").iterdir())
turns = {
    "as it was": lambda _: None,
    "tree": lambda folder: other_leaf(folder, "artifacts/model/model.lgb"),
    "tree of the loss": lambda folder: other_leaf(folder, "artifacts/model/loss/p90.lgb"),
    "code": lambda folder: (Path(folder) / "code" / package / "score.py").open("a").write("\n"),
    "missing": lambda folder: (Path(folder) / "artifacts/model/peers.json").unlink(),
    "added": lambda folder: (Path(folder) / "code" / package / "more.py").write_text("print('hello')"),
    "linked": lambda folder: (Path(folder) / "code" / package / "arrays").symlink_to("/"),
}
refused["turned"] = {name: refused_load(registered, turn) for name, turn in turns.items()}
Path("refused.json").write_text(json.dumps(refused))
ours = {"features", "jobs", "models", "polars", "pumploss"} & sys.modules.keys()
assert not ours, ours
