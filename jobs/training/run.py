"""What the two trainings share: from retrieved rows to a registered version, promoted if the gate lets it."""

import json
from collections.abc import Mapping
from typing import Any

from features.labels import HORIZON_DAYS, LABEL_VERSION
from features.registry import FEATURE_SET_VERSION
from jobs.pipeline import weekly
from jobs.running.step_context import StepContext
from jobs.scoring import carrying
from jobs.scoring.versions import LOSS
from jobs.training.rows import Retrieved, inputs, release, retrieve
from models import gate
from models.dataset import TrainingFrame
from models.gate import Decision
from models.pairing import CARRIED, NONE
from models.phases import Phases
from models.promotions import BESIDE, NOBODY, is_interrupted
from models.registry import Registry
from models.report.page import MARKET, SIMULATED
from models.scoring.score import SCORE_VERSION, ScoreMap
from models.scoring.trees import library
from models.search import search
from models.spec import ModelSpec
from models.time_split import MOST_FOLDS, TimeSplit, UntrainableError, last_day, split_by_time
from models.training import Trained, logloss, train
from pumploss.days import Days
from pumploss.errors import ModelError
from pumploss.report import RunReport
from pumploss.version import code_version
from simulator.ownership import is_simulated

#: Tags of a version whose parameters were searched for: what came of it, and what the next search tries first.
SEARCH, SEARCHED = "search", "searched_parameters"

#: What is kept of a training beside its measures.
EVIDENCE = ("comparisons", "slices", "bands", "large_losses", "folds", "leaks", "doubts")


def train_model(context: StepContext, days: Days, spec: ModelSpec, if_missing: bool = False) -> None:
    """Trains as of the last day, registers what is new and promotes it if the gate lets it.

    With `if_missing` nothing happens where a champion exists. Too little data is a reason to skip, not an error.
    """
    report, last = context.report, days[-1]
    report.day(last)
    registry = Registry(context.settings)
    champion = registry.version(spec.name)
    if if_missing and champion is not None:
        report.skipped = f"{spec.name} version {champion} is the champion already"
        return
    try:
        phases = Phases()
        with phases.phase("retrieve"):
            retrieved = retrieve(context, last)
        parts = split_by_time(retrieved.frame.days, HORIZON_DAYS)
        report.day(last).rows_read = len(retrieved.frame)
        _train(registry, spec, retrieved, parts, report, phases)
    except UntrainableError as error:
        report.skipped = f"{spec.name} cannot be trained yet: {error}. Run more nights; scores wait for a first model."
    if report.step == weekly()[-1].name:
        release()


def _train(
    registry: Registry, spec: ModelSpec, retrieved: Retrieved, parts: TimeSplit, report: RunReport, phases: Phases
) -> None:
    minutes = registry.settings.search_minutes
    identity = {"frame_sha256": retrieved.frame.sha256, "params_hash": params_hash(spec, minutes)}
    if spec.has_score:
        # A risk answers by the loss model that it carries, too.
        identity[CARRIED] = registry.version(LOSS) or NONE
    if retrieved.rows_without_features:
        report.warnings.append(f"{retrieved.rows_without_features} labels have no features within 48 hours; left out")
    if retrieved.trader_share < 1:
        report.notes.append(f"{spec.name}: learned from and judged on {retrieved.trader_share:.1%} of the traders")
    known = registry.same(spec.name, identity)
    if known is not None:
        served = registry.load(spec.name, known)
        report.notes.append(f"{spec.name}: data and parameters are those of version {known}, so nothing was registered")
        if is_interrupted(registry, spec.name, known):
            _promote(registry, spec, known, "as it passed the gate before", report)
        is_champion = known == registry.version(spec.name)
        report.details.update(_details(spec, known, served.metrics, parts, is_new=False, is_champion=is_champion))
        return
    searched: dict[str, str] = {}
    if minutes:
        with phases.phase("search"):
            spec, searched = _search(registry, spec, retrieved.frame, parts, minutes)
        report.notes.append(f"{spec.name}: {searched[SEARCH]}")
    trained = train(spec, retrieved.frame, parts, inputs(), _frozen(registry, spec), phases)
    decision, previous = _decide(registry, trained, retrieved.frame)
    beside = {BESIDE: previous or NOBODY, MARKET: _market(registry)}
    made = {**identity, **retrieved.data, **version_tags(trained), **searched, **beside}
    tags = {**made, "gate": "; ".join(decision.reasons) or "passed"}
    with phases.phase("register"):
        version = registry.log(trained, tags, retrieved.frame)
    if parts.shortfalls:
        report.notes.append(f"{spec.name}: the history is short: {'; '.join(parts.shortfalls)}")
    if decision.is_promoted:
        _promote(registry, spec, version, f"following version {previous}" if previous else "", report)
    else:
        report.warnings.append(f"{spec.name} version {version} stays a challenger: {'; '.join(decision.reasons)}")
    report.warnings.extend(f"{spec.name} version {version}: {remark}" for remark in decision.remarks)
    evidence = trained.evaluation.evidence()
    report.details.update(_details(spec, version, evidence, parts, is_new=True, is_champion=decision.is_promoted))
    report.details["gate"] = {"is_promoted": decision.is_promoted, "reasons": decision.reasons}
    report.details["phases"] = phases.taken
    _keep(report, spec)


def _promote(registry: Registry, spec: ModelSpec, version: str, more: str, report: RunReport) -> None:
    """Lets a version serve, and notes so, with what it answers by where it carries another model."""
    registry.promote(spec.name, version)
    report.notes.append(f"{spec.name} version {version} is the champion{more and f', {more}'}")
    report.notes += carrying.notes(registry) if spec.has_score else []


def _search(
    registry: Registry, spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, minutes: float
) -> tuple[ModelSpec, dict[str, str]]:
    """Searches for better trees, those that the champion was found with first; answers tags beside the spec."""
    champion = registry.version(spec.name)
    earlier = json.loads(registry.tags(spec.name, champion).get(SEARCHED, "{}")) if champion else {}
    found = search(spec, frame, parts, [given.monotone for given in inputs()], minutes, earlier=earlier)
    return found.spec, {SEARCH: found.sentence(), SEARCHED: json.dumps(found.parameters)}


def _market(registry: Registry) -> str:
    """Says whether the trades were simulated, which the report then says of every figure."""
    return SIMULATED if is_simulated(registry.settings.landing) else "landed"


def _keep(report: RunReport, spec: ModelSpec) -> None:
    """Notes decision and evidence for the ledger, on the day that the training is as of."""
    kept = {name: report.details[name] for name in ("version", "gate", "phases", *EVIDENCE)}
    report.day(max(report.days)).note(spec.name, **kept)


def _details(
    spec: ModelSpec,
    version: str,
    measured: Mapping[str, object],
    parts: TimeSplit,
    is_new: bool,
    is_champion: bool,
) -> dict[str, Any]:
    """Makes what the report says of a version, measured before or now."""
    return {
        "model": spec.name,
        "version": version,
        "metrics": measured["model"],
        "baselines": measured["baselines"],
        **{name: measured[name] for name in EVIDENCE if name in measured},
        "short_history": parts.is_short,
        "shortfalls": parts.shortfalls,
        "is_new": is_new,
        "is_champion": is_champion,
        "ranges": parts.ranges(),
    }


def _decide(registry: Registry, trained: Trained, frame: TrainingFrame) -> tuple[Decision, str | None]:
    """Takes the gate's decision beside the champion judged on the same days, and the champion's version."""
    champion = registry.version(trained.spec.name)
    if champion is None:
        return gate.decide(trained.evaluation, trained.spec.acceptance, None), None
    if later := _later(registry.tags(trained.spec.name, champion), trained):
        alone = gate.decide(trained.evaluation, trained.spec.acceptance, None)
        return Decision([f"the champion, version {champion}, {later}", *alone.reasons], alone.remarks), champion
    try:
        # The champion itself may have learned from days that are locked now.
        served = registry.twin(trained.spec.name, champion)
    except ModelError as error:
        return Decision([f"the champion cannot be compared: {error}"]), champion
    # A champion whose inputs are gone cannot serve today's features, so it is no rival.
    rival = None
    if set(served.names) <= set(frame.names):
        rival = {"logloss": logloss(trained.spec, frame, trained.parts, served.predictor)}
    return gate.decide(trained.evaluation, trained.spec.acceptance, rival), champion


def _later(champion: Mapping[str, str], trained: Trained) -> str | None:
    """Says up to when a champion learned, if that is later than this training does."""
    learned, last = last_day(champion), trained.parts.refit[-1]
    if learned is None or learned <= last:
        return None
    return f"learned from days up to {learned}, this training from days up to {last} only: train as of a later day"


def _frozen(registry: Registry, spec: ModelSpec) -> ScoreMap | None:
    """Looks up the map of the first version with this score version: its reference odds are set once."""
    if not spec.has_score:
        return None
    first = registry.earlier(spec.name, {"score_version": SCORE_VERSION})
    return None if first is None else ScoreMap(float(registry.tags(spec.name, first)["odds_reference"]))


def params_hash(spec: ModelSpec, search_minutes: float = 0) -> str:
    """Makes a digest of all that decides a model beside its data, definitions of features and labels included."""
    return spec.params_hash(
        **({"search_minutes": search_minutes} if search_minutes else {}),
        lightgbm=library().__version__,
        features=FEATURE_SET_VERSION,
        labels=LABEL_VERSION,
        horizon=HORIZON_DAYS,
        score=SCORE_VERSION,
        inputs=[(wanted.name, wanted.monotone) for wanted in inputs()],
    )


def version_tags(trained: Trained) -> dict[str, str]:
    """Says what a version is made with beside its data."""
    scale = trained.score_map
    score = {"score_version": scale.version, "odds_reference": repr(scale.odds_reference)} if scale else {}
    return {
        "code_version": code_version(),
        "label_version": str(LABEL_VERSION),
        "horizon_days": str(HORIZON_DAYS),
        "feature_set_version": str(FEATURE_SET_VERSION),
        **{f"range_{name}": text for name, text in trained.parts.ranges().items()},
        "short_history": str(trained.parts.is_short).lower(),
        "folds": f"{len(trained.parts.folds)} of {MOST_FOLDS}",
        "seed": str(trained.spec.seed),
        **score,
    }
