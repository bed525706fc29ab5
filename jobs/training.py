"""Reading and writing for the two trainings: labels from the lake, features through Feast, versions to the registry."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jobs.context import Context
from jobs.pipeline import WRITER, weekly
from jobs.runner import code_version
from models import gate
from models.dataset import NotEnoughDaysError, Split, TrainingFrame, UntrainableError, assemble, split
from models.evaluate import finite
from models.gate import Decision
from models.registry import Registry
from models.score import SCORE_VERSION, ScoreMap
from models.spec import ModelSpec
from models.training import Input, Trained, judge, train
from pumploss.contract import Table
from pumploss.days import Days, midnight, shift
from pumploss.errors import ModelError
from pumploss.report import RunReport
from pumploss.tables import gold_labels, gold_trader_day

if TYPE_CHECKING:
    import polars as pl

#: A feature looks back 30 days; a T with less history before it would teach the model another meaning.
HISTORY_DAYS = 30


@dataclass(frozen=True)
class Retrieved:
    """A training frame and the tags that say what it was made from."""

    frame: TrainingFrame
    data: dict[str, str]
    rows_without_features: int


#: What this process retrieved last: both trainings of a night use one frame, and retrieval is what costs.
_latest: dict[tuple[object, ...], Retrieved] = {}


def run(context: Context, days: Days, spec: ModelSpec, if_missing: bool = False) -> RunReport:
    """Train as of the last day, register what is new and promote it if the gate lets it.

    With `if_missing` nothing happens where a champion exists. Too little data is a reason to skip, not an error.
    """
    report = RunReport(step=_step(spec))
    last = days[-1]
    report.day(last)
    registry = Registry(context.settings)
    champion = registry.version(spec.name)
    if if_missing and champion is not None:
        report.skipped = f"{spec.name} version {champion} is the champion already"
        return report
    try:
        retrieved = retrieve(context, last)
        parts = split(retrieved.frame.days, _horizon())
        report.day(last).rows_read = len(retrieved.frame)
        _train(registry, spec, retrieved, parts, report)
    except UntrainableError as error:
        report.skipped = f"{spec.name} cannot be trained yet: {error}. Run more nights; scores wait for a first model."
    if report.step == weekly()[-1].name:
        _latest.clear()  # the frame is large, and nobody after the last training needs it
    return report


def _step(spec: ModelSpec) -> str:
    return "train_risk_model" if spec.has_score else "train_loss_model"


def _horizon() -> int:
    from features.labels import HORIZON_DAYS

    return int(HORIZON_DAYS)


def _train(registry: Registry, spec: ModelSpec, retrieved: Retrieved, parts: Split, report: RunReport) -> None:
    identity = {"frame_sha256": retrieved.frame.sha256, "params_hash": params_hash(spec)}
    if retrieved.rows_without_features:
        report.warnings.append(f"{retrieved.rows_without_features} labels have no features within 48 hours; left out")
    known = registry.same(spec.name, identity)
    if known is not None:
        served = registry.load(spec.name, known)
        report.notes.append(f"{spec.name}: data and parameters are those of version {known}, so nothing was registered")
        is_champion = known == registry.version(spec.name)
        report.details.update(_details(spec, known, served.metrics, parts, is_new=False, is_champion=is_champion))
        return
    trained = train(spec, retrieved.frame, parts, _inputs(), _frozen(registry, spec))
    decision, previous = _decide(registry, trained, retrieved.frame)
    tags = {**identity, **retrieved.data, **version_tags(trained), "gate": "; ".join(decision.reasons) or "passed"}
    version = registry.log(trained, tags)
    if decision.is_promoted:
        registry.promote(spec.name, version)
        followed = f", following version {previous}" if previous else ""
        report.notes.append(f"{spec.name} version {version} is the champion{followed}")
    else:
        report.warnings.append(f"{spec.name} version {version} stays a challenger: {'; '.join(decision.reasons)}")
    report.warnings.extend(f"{spec.name} version {version}: {remark}" for remark in decision.remarks)
    measured = {"model": finite(trained.verdict.model), "baselines": trained.verdict.baselines}
    report.details.update(_details(spec, version, measured, parts, is_new=True, is_champion=decision.is_promoted))


def _details(
    spec: ModelSpec,
    version: str,
    measured: Mapping[str, object],
    parts: Split,
    is_new: bool,
    is_champion: bool,
) -> dict[str, Any]:
    return {
        "model": spec.name,
        "version": version,
        "metrics": measured["model"],
        "baselines": measured["baselines"],
        "short_history": parts.is_short,
        "is_new": is_new,
        "is_champion": is_champion,
        "ranges": parts.ranges(),
    }


def _decide(registry: Registry, trained: Trained, frame: TrainingFrame) -> tuple[Decision, str | None]:
    """The gate's decision beside the champion judged on the same days, and the champion's version."""
    champion = registry.version(trained.spec.name)
    if champion is None:
        return gate.decide(trained.verdict, trained.spec.acceptance, None), None
    try:
        served = registry.load(trained.spec.name, champion)
    except ModelError as error:
        return Decision([f"the champion cannot be compared: {error}"]), champion
    # A champion whose inputs are gone cannot serve today's features, so it is no rival.
    rival = None
    if set(served.names) <= set(frame.names):
        rival = judge(trained.spec, frame, trained.parts, served.booster, served.calibrator).model
    return gate.decide(trained.verdict, trained.spec.acceptance, rival), champion


def _frozen(registry: Registry, spec: ModelSpec) -> ScoreMap | None:
    """The map of the first version with this score version: its reference odds are set once."""
    if not spec.has_score:
        return None
    first = registry.earlier(spec.name, {"score_version": SCORE_VERSION})
    return None if first is None else ScoreMap(float(registry.tags(spec.name, first)["odds_reference"]))


def _inputs() -> tuple[Input, ...]:
    from features.registry import model_inputs

    return tuple(Input(one.name, one.group, one.monotone) for one in model_inputs())


def params_hash(spec: ModelSpec) -> str:
    """Digest of everything beside the data that decides a model, definitions of features and labels included."""
    from features.labels import LABEL_VERSION
    from features.registry import FEATURE_SET_VERSION
    from models.boosting import library

    return spec.params_hash(
        lightgbm=library().__version__,
        features=FEATURE_SET_VERSION,
        labels=LABEL_VERSION,
        score=SCORE_VERSION,
        inputs=[(one.name, one.monotone) for one in _inputs()],
    )


def version_tags(trained: Trained) -> dict[str, str]:
    """What a version says about itself beside its data."""
    from features.labels import LABEL_VERSION
    from features.registry import FEATURE_SET_VERSION

    found = trained.score_map
    score = {"score_version": found.version, "odds_reference": repr(found.odds_reference)} if found else {}
    return {
        "code_version": code_version(),
        "label_version": str(LABEL_VERSION),
        "feature_set_version": str(FEATURE_SET_VERSION),
        **{f"range_{name}": text for name, text in trained.parts.ranges().items()},
        "short_history": str(trained.parts.is_short).lower(),
        "seed": str(trained.spec.seed),
        **score,
    }


def retrieve(context: Context, last: date) -> Retrieved:
    """All rows that a training as of the close of this day may use; retrieved once per run and version of the data.

    Raises NotEnoughDaysError where there are none.
    """
    from features.registry import TABLE

    labels_version, features_version = (context.lake.version(table) for table in (gold_labels.TABLE, TABLE))
    key = (context.run_id, context.settings.lake, last, labels_version, features_version)
    if key not in _latest:
        found = _retrieve(context, last, labels_version, features_version)
        _latest.clear()
        _latest[key] = found
    return _latest[key]


def _retrieve(context: Context, last: date, labels_version: int | None, features_version: int | None) -> Retrieved:
    from features.registry import TABLE

    labels = _labels(context, last, labels_version)
    if features_version is None or labels.is_empty():
        raise NotEnoughDaysError(
            f"0 as-of days with {HISTORY_DAYS} days of history before them and a label matured by {shift(last, 1)}"
        )
    rows = with_features(context, labels, features_version)
    names = [one.name for one in _inputs()]
    complete = rows.filter(~_is_unmatched(names))
    data = {
        **_provenance(context, gold_labels.TABLE, labels_version, complete, -6),
        **_provenance(context, TABLE, features_version, complete, 1),
    }
    frame = assemble(complete, names)
    return Retrieved(frame, data, len(rows) - len(complete))


def _labels(context: Context, last: date, version: int | None) -> "pl.DataFrame":
    """Labels with a full history before T and a window that has closed and was known by the close of the day."""
    import polars as pl

    table = gold_labels.TABLE
    first = min(context.lake.rows_by_day(gold_trader_day.TABLE), default=last)
    earliest, latest = shift(first, HISTORY_DAYS), shift(last, 1 - _horizon())
    days = [day for day in context.lake.rows_by_day(table) if earliest <= day <= latest]
    step = WRITER[table.name]
    context.ledger.refuse_stale(step.name, [shift(day, -step.offset_days) for day in days])
    wanted = ["trader_address", "as_of", "outcome_lamports", "is_exposed", "is_loss", "is_severe_loss", "known_at"]
    rows = context.lake.read(table, days, version).select(*wanted).toArrow()
    frame = pl.DataFrame(pl.from_arrow(rows))
    return frame.filter(pl.col("known_at") <= midnight(shift(last, 1))).drop("known_at")


def with_features(context: Context, labels: "pl.DataFrame", version: int) -> "pl.DataFrame":
    """The labels with the features that were valid and known at T, from one version of the table, through Feast."""
    import polars as pl

    from feature_repo.definitions import training_columns
    from feature_repo.store import VIEW, feature_store, quiet
    from features.registry import TABLE

    store = feature_store(context.settings, versions={TABLE.name: version})
    entities = labels.sort("as_of", "trader_address").rename({"as_of": "event_timestamp"})
    with quiet():
        job = store.get_historical_features(
            entity_df=entities.to_pandas(),
            features=[f"{VIEW}:{name}" for name in training_columns()],
            filter_by_created_timestamp=True,
        )
        found = pl.DataFrame(pl.from_arrow(job.to_arrow()))
    if len(found) != len(entities):
        raise ModelError(f"Feast gave {len(found)} rows for {len(entities)} labels: build gold_trader_features again.")
    return found


def _is_unmatched(names: list[str]) -> "pl.Expr":
    """Whether a row found no features at all."""
    import polars as pl

    return pl.all_horizontal(pl.col(name).is_null() for name in names)


def _provenance(
    context: Context, table: Table, version: int | None, rows: "pl.DataFrame", offset: int
) -> dict[str, str]:
    """Delta version and content digest of the days of a table that the rows come from."""
    days = sorted(rows["event_timestamp"].dt.date().unique().to_list())
    listed = "\n".join(f"{day} {context.recorded_digest(table, shift(day, -offset))}" for day in days)
    digest = hashlib.sha256(listed.encode()).hexdigest()[:32]
    return {f"data_{table.name}": f"version {version}, days {digest}" if days else f"version {version}"}
