"""Nights that are watched, on a small lake with a planted signal: what is measured, what breaks, and what is said."""

import json
from contextlib import contextmanager

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from jobs import commands
from jobs.running.context import open_context
from jobs.running.runner import run_step
from models import bounds, drift
from models.registry import Registry
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_labels
from tests.building import lakes, nights, planted_models
from tests.building.planted_lake import LAST, TRADERS, features_table, label_rows

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

#: Nights after the training whose scores are watched; labels of the first days have matured by the last.
NIGHTS = span(LAST, shift(LAST, 8))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = planted_models.trained(tmp_path_factory, tmp_path_factory.mktemp("monitoring") / "home")
    return lakes.settings_of(home)


@pytest.fixture(scope="module")
def context(settings, spark):
    """A lake whose models were trained on LAST, and that scored the nights since."""
    with open_context(settings) as opened:
        assert "nothing to watch" in run_step(opened, "gold_monitoring", (LAST,)).skipped
        for step in planted_models.TRAININGS:
            assert run_step(opened, step, (LAST,)).details["is_new"] is False
        _more_days(settings)
        run_step(opened, "gold_scores", NIGHTS)
        yield opened


def _more_days(settings):
    """Gives the days after the training the features and outcomes of days before it: nothing has drifted."""
    held = pl.read_delta(f"{settings.lake}/{features_table().name}")
    for place, night in enumerate(NIGHTS[1:]):
        day = shift(night, 1)
        rows = held.filter(pl.col("feature_day") == shift(LAST, -12 - place))
        stamped = rows.with_columns(
            pl.lit(midnight(day)).alias("as_of"),
            pl.lit(midnight(day)).alias("known_at"),
            pl.lit(day).alias("feature_day"),
        )
        write(settings, features_table(), stamped.select(features_table().names).to_arrow())
    ability, rng = np.random.default_rng(1).normal(size=TRADERS), np.random.default_rng(5)  # as `build` drew it
    for day in span(shift(LAST, 1), shift(LAST, 2)):
        write(settings, gold_labels.TABLE, label_rows(day, rng, ability))


def write(settings, table, rows):
    """Adds rows of a table to the lake."""
    target = DeltaTable(f"{settings.lake}/{table.name}")
    write_deltalake(target, rows.cast(pa.schema(target.schema().to_arrow())), mode="append")


def watched(context, night):
    from pumploss.tables.gold_monitoring import TABLE

    rows = pl.DataFrame(pl.from_arrow(context.lake.read(TABLE, [shift(night, 1)]).toArrow()))
    return rows.sort("model", "measure", "subject")


def test_a_night_has_a_row_per_model_measure_and_input(context):
    report = run_step(context, "gold_monitoring", (LAST,))
    assert report.skipped is None
    assert report.warnings == []
    rows = watched(context, LAST)
    inputs = len(Registry(context.settings).load("risk-score", "1").names)
    assert rows.filter(pl.col("measure") == "input_psi").group_by("model").len()["len"].to_list() == [inputs, inputs]
    assert set(rows["model_version"]) == {"1"}
    assert set(rows.filter(pl.col("subject") == "all")["measure"]) == {
        "age_days", "eligible_traders", "mean_probability", "score_psi",
    }  # fmt: skip
    assert rows.filter(pl.col("measure") == "age_days")["value"].to_list() == [0.0, 0.0]
    assert set(rows["verdict"]) == {"few", "ok", "measured"}


def test_scores_are_judged_once_their_outcomes_are_known_and_not_before(context):
    run_step(context, "gold_monitoring", NIGHTS)
    days = {}
    for night in NIGHTS:
        found = watched(context, night).filter(pl.col("measure") == "calibration")
        days[night] = set(zip(found["first_score_day"], found["last_score_day"], found["row_count"], strict=True))
    first = shift(LAST, 1)
    for night in NIGHTS[:7]:
        assert days[night] == set(), f"nothing has matured by {night}"
    assert days[NIGHTS[7]] == {(first, first, TRADERS)}
    assert days[NIGHTS[8]] == {(first, shift(first, 1), 2 * TRADERS)}


def test_who_lost_much_and_was_called_safe_is_counted_by_the_night_and_shown_by_the_command(context, settings, capsys):
    night, days = NIGHTS[8], span(shift(LAST, 1), shift(LAST, 2))
    scores, labels = (
        pl.read_delta(f"{settings.lake}/{name}").filter(pl.col(day).is_in(days))
        for name, day in (("gold_scores", "score_day"), ("gold_labels", "label_day"))
    )
    joined = scores.join(labels, on=["trader_address", "as_of"])
    large = joined.filter(pl.col("outcome_lamports") <= -5_000_000_000)["risk_band"].to_list()
    assert len(joined) == 2 * TRADERS
    assert len(large) > 5
    found = watched(context, night).filter(pl.col("measure").str.starts_with("large_loss_share"))
    assert found["model"].unique().to_list() == ["risk-score"]
    for band in ("very low", "low"):
        own = {row["measure"]: row for row in found.filter(pl.col("subject") == band).iter_rows(named=True)}
        share, low, high = (own[f"large_loss_share{end}"] for end in ("", "_low", "_high"))
        assert (share["row_count"], share["support_count"]) == (len(large), large.count(band))
        assert share["value"] == pytest.approx(large.count(band) / len(large), abs=1e-6)
        assert low["value"] <= share["value"] <= high["value"]
    with nights.environment_of(settings.home):
        assert commands.main(["model", "show", "risk-score", "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)["large_losses"]
        assert commands.main(["model", "show", "risk-score"]) == 0
        assert "Of the rows that lost 5 SOL or more" in capsys.readouterr().out
    locked = Registry(context.settings).load("risk-score", "1").metrics["large_losses"]
    assert [{name: row[name] for name in locked[0]} for row in shown[:2]] == locked
    assert [row["of"].partition(" ")[0] for row in shown] == ["locked", "locked", "matured", "matured"]
    assert [(row["band"], row["large"], row["rows"]) for row in shown[2:]] == [
        (band, len(large), large.count(band)) for band in ("very low", "low")
    ]
    assert shown[2]["of"] == f"matured nights {days[0]}..{days[1]}"


def test_rows_in_another_order_give_equal_figures(context, settings):
    before = watched(context, NIGHTS[8])
    for table in (features_table(), gold_labels.TABLE):
        path = f"{settings.lake}/{table.name}"
        rows = pl.read_delta(path).sample(fraction=1.0, shuffle=True, seed=1).select(table.names)
        kept = DeltaTable(path).schema().to_arrow()
        write_deltalake(path, rows.to_arrow().cast(pa.schema(kept)), mode="overwrite", partition_by=[table.day])
    run_step(context, "gold_monitoring", (NIGHTS[8],))
    assert watched(context, NIGHTS[8]).equals(before)


@contextmanager
def judging_few():
    """Lets so few traders be judged, too, by a lower noise."""
    few = {name: bound.__class__(**{**vars(bound), "fewest": 30}) for name, bound in bounds.BOUNDS.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "BOUNDS", few)
        patch.setattr(drift, "NOISE_TIMES", 1.0)
        yield


def alarms(context, night):
    return json.loads(context.ledger.outputs("gold_monitoring", night))["gold_monitoring"]


def test_drift_that_is_planted_is_said_by_name_and_a_training_is_asked_for(context, settings, capsys):
    night = NIGHTS[-1]
    path, before = f"{settings.lake}/{features_table().name}", watched(context, night)
    whole = pl.read_delta(path).filter(pl.col("feature_day") == shift(night, 1)).select(features_table().names)
    kept = pa.schema(DeltaTable(path).schema().to_arrow())
    flooded = whole.with_columns(pl.lit(None, pl.Float64).alias("equity_loss_ratio_7d"))
    replaced = {"mode": "overwrite", "predicate": f"feature_day = '{shift(night, 1)}'"}
    write_deltalake(path, flooded.to_arrow().cast(kept), **replaced)
    run_step(context, "gold_scores", (night,))
    try:
        with judging_few():
            report = run_step(context, "gold_monitoring", (night,))
    finally:
        write_deltalake(path, whole.to_arrow().cast(kept), **replaced)
    assert any("equity_loss_ratio_7d is" in line for line in report.warnings)
    assert alarms(context, night)["stopped"] == ["loss-prediction", "risk-score"]
    assert "train_loss_model train_risk_model" in report.warnings[-1]
    with nights.environment_of(settings.home):
        assert commands.main(["status"]) == 1
        assert "STOP risk-score version 1" in capsys.readouterr().out
    run_step(context, "gold_scores", (night,))
    run_step(context, "gold_monitoring", (night,))
    assert watched(context, night).equals(before), "what was put right is as it was"
    assert alarms(context, night)["stops"] == []


def test_what_cannot_be_watched_is_a_warning_and_the_rest_goes_on(context, settings, monkeypatch):
    registry = Registry.load

    def load(self, name, version):
        if name == "risk-score":
            raise OSError("the registry is away")
        return registry(self, name, version)

    monkeypatch.setattr(Registry, "load", load)
    report = run_step(context, "gold_monitoring", (LAST,))
    assert [line.partition(" of T")[0] for line in report.warnings] == ["drift of risk-score"]
    assert "the registry is away" in report.warnings[0]
    rows = watched(context, LAST)
    assert rows.filter(pl.col("model") == "loss-prediction")["measure"].n_unique() == 5
    assert rows.filter(pl.col("model") == "risk-score")["measure"].to_list() == ["age_days"]
    assert context.ledger.latest()["gold_monitoring", LAST]["status"] == "ok"
