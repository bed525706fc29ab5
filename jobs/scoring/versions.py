"""Which models score a day: those that scored it before, else today's; and what the ledger is told of it."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from features.labels import HORIZON_DAYS
from features.registry import FEATURE_SET_VERSION
from features.registry import TABLE as FEATURES
from jobs.pipeline import WRITER
from jobs.running.step_context import StepContext
from models.registry import Registry
from models.serving import Pair
from pumploss.days import Days, shift
from pumploss.errors import ModelError
from pumploss.tables.gold_scores import TABLE

#: Of the loss model and of the risk model.
Versions = tuple[str, str]
Digests = tuple[str, str]

LOSS, RISK = "loss-prediction", "risk-score"
TRAINED_BY = {LOSS: "train_loss_model", RISK: "train_risk_model"}


def chosen(
    context: StepContext, registry: Registry, days: Iterable[date], anew: Collection[date]
) -> dict[Versions, list[date]]:
    """Groups the score days by the pair of versions that scores them: for days `anew`, today's champions.

    A day between scored ones that has no scores itself gets those of the scored day before: a later model may have been
    trained on what happened after it.
    """
    recorded = _recorded(context, [day for day in days if day not in anew])
    recorded |= _of_day_before(context, [day for day in days if day not in {*anew, *recorded}])
    champions = (registry.version(LOSS), registry.version(RISK)) if set(days) - recorded.keys() else (None, None)
    grouped: dict[Versions, list[date]] = {}
    for day in days:
        loss, risk = recorded.get(day, champions)
        if loss is not None and risk is not None:
            grouped.setdefault((loss, risk), []).append(day)
    return grouped


def _recorded(context: StepContext, days: list[date]) -> dict[date, Versions]:
    """Looks up the versions that the days' published scores name, or the ledger where nobody had a score."""
    built = context.lake.rows_by_day(TABLE)
    noted = {day: _noted(context, shift(day, -1)).get("models") for day in days}
    recorded: dict[date, Versions] = {day: (pair[0], pair[1]) for day, pair in noted.items() if pair}
    known = [day for day in days if built.get(day)]
    if not known:
        return recorded
    columns = ("score_day", "loss_model_version", "risk_model_version")
    rows = context.read_own(TABLE, known).groupBy(*columns).count().collect()
    return recorded | {row.score_day: (row.loss_model_version, row.risk_model_version) for row in sorted(rows)}


def _of_day_before(context: StepContext, days: list[date]) -> dict[date, Versions]:
    """Looks up, for days that lie between scored ones, the versions of the last scored day before each."""
    scored = sorted(shift(day, 1) for day in context.ledger.held(WRITER[TABLE.name].name))
    before = {day: [other for other in scored if other < day][-1:] for day in days if scored and day < scored[-1]}
    known = _recorded(context, sorted({other for others in before.values() for other in others}))
    return {day: known[other] for day, others in before.items() for other in others if other in known}


def outdated(context: StepContext, days: Days) -> Days:
    """Finds other scored dump days whose features, as rebuilt since, are not those that were scored."""
    stale = context.ledger.stale(WRITER[FEATURES.name].name)
    changed = []
    for day in sorted(context.ledger.held(WRITER[TABLE.name].name) - stale - set(days)):
        scored, present = _noted(context, day).get("features"), context.recorded_digest(FEATURES, day)
        if scored is not None and present is not None and scored != present:
            changed.append(day)
    return tuple(changed)


def refuse_others(context: StepContext, pair: Pair, score_days: Collection[date]) -> None:
    """Raises ModelError where days were scored by other models that bore the same version numbers.

    A registry that was lost and filled again counts from 1 again.
    """
    for score_day in sorted(score_days):
        noted = _noted(context, shift(score_day, -1)).get("model_digests")
        for model, known in zip((pair.loss, pair.risk), noted or (), strict=False):
            if model.digest != known:
                day = shift(score_day, -1)
                raise ModelError(
                    f"gold_scores of {day} were given by another {model.name} version {model.version}, of digest "
                    f"{known[:12]}, than the registry {context.settings.tracking_uri} has, {model.digest[:12]}: it was "
                    "deleted or changed since. Nothing was rewritten. Put the registry back from its backup; or "
                    f"`python -m jobs run gold_scores --day {day} --rescore` gives the day new scores by today's "
                    "champions."
                )


def refuse_models_of_other_horizon(registry: Registry, versions: Versions) -> None:
    """Raises ModelError where a version was trained on outcomes of another horizon than the scores would claim."""
    for name, version in zip((LOSS, RISK), versions, strict=True):
        # Before versions were tagged with it, there was one horizon.
        trained_on = registry.tags(name, version).get("horizon_days", "7")
        if trained_on != str(HORIZON_DAYS):
            raise ModelError(
                f"{name} version {version} was trained on outcomes over {trained_on} days, and this run would say that "
                f"its scores are of {HORIZON_DAYS} (PUMPLOSS_HORIZON_DAYS). Nothing was scored. Unset "
                f"PUMPLOSS_HORIZON_DAYS, or set it to {trained_on}; models of {HORIZON_DAYS} days need a home of their "
                "own (PUMPLOSS_HOME), with its own lake and registry."
            )


def learned_otherwise(registry: Registry, versions: Versions, day: date) -> list[str]:
    """Says which versions learned features of another set than those that they answer for on this day."""
    said = []
    for name, version in zip((LOSS, RISK), versions, strict=True):
        # Before versions were tagged with it, there was one set.
        learned = registry.tags(name, version).get("feature_set_version", "1")
        if learned != str(FEATURE_SET_VERSION):
            said.append(
                f"{name} version {version} learned features of set {learned}, and answers for those of set "
                f"{FEATURE_SET_VERSION}, some of which mean something else (CHANGELOG.md): train it anew, "
                f"`pumploss run {TRAINED_BY[name]} --day {day}`"
            )
    return said


def reused_numbers(context: StepContext, pair: Pair, score_days: Collection[date]) -> list[str]:
    """Says which version numbers mean another model on these days than on days that were scored before."""
    said = {}
    for day in sorted(context.ledger.held(WRITER[TABLE.name].name) - {shift(day, -1) for day in score_days}):
        noted = _noted(context, day)
        for model, version, known in zip(
            (pair.loss, pair.risk), noted.get("models") or (), noted.get("model_digests") or (), strict=False
        ):
            if model.version == version and model.digest != known:
                said[model.name] = (
                    f"{model.name} version {version} is another model than the one of that number that scored {day}: "
                    "the registry was lost since. Scores of both name the same version; the ledger has their digests"
                )
    return list(said.values())


def note(context: StepContext, scored: Mapping[Versions, Iterable[date]], digests: Mapping[Versions, Digests]) -> None:
    """Notes for the ledger which models scored each day, their digests, and that of the features that they saw."""
    rows = context.lake.rows_by_day(FEATURES)
    for versions, score_days in scored.items():
        noted = {"models": list(versions), "model_digests": list(digests[versions])}
        for score_day in score_days:
            day = shift(score_day, -1)
            counts = context.report.day(day)
            counts.rows_read = rows.get(score_day, 0)
            counts.note(TABLE.name, **noted, features=context.recorded_digest(FEATURES, day))


def _noted(context: StepContext, day: date) -> dict[str, Any]:
    """Reads what the ledger says of the scores of a dump day."""
    noted: dict[str, Any] = json.loads(context.ledger.outputs(WRITER[TABLE.name].name, day)).get(TABLE.name, {})
    return noted
