"""The training rows: matured labels from the lake, features as they were known at T."""

import hashlib
from dataclasses import dataclass
from datetime import date

import polars as pl
from pyspark.sql import Column
from pyspark.sql import functions as F

# Loading Feast keeps the calls that it is loaded in, with all that they hold, for as long as the process lives: loaded
# where it is used, that would be the rows. So it is loaded here, when the step is.
from feature_repo.definitions import training_columns
from feature_repo.store import TTL
from features.labels import HORIZON_DAYS, LABEL_VERSION
from features.registry import TABLE, model_inputs
from jobs.running.context import Context
from jobs.training.joining import join
from models.dataset import AMOUNTS, TrainingFrame, assemble
from models.scoring.served import Input
from models.time_split import NotEnoughDaysError
from pumploss.cohort import COHORTS
from pumploss.contract import Table
from pumploss.days import midnight, shift
from pumploss.errors import ModelError
from pumploss.tables import gold_labels, gold_trader_day

#: A feature looks back 30 days; a T with less history before it would teach the model another meaning.
HISTORY_DAYS = 30

#: Of more rows than these a part of the traders is drawn, by a hash of the wallet: whole cohorts first, since files of
#: large days are cut by them, and a part of one more.
MOST_ROWS = 2_000_000
#: A prime, which has nothing to do with the cohorts that are made of the same hash.
HASH_PARTS = 1_000_003


@dataclass(frozen=True)
class Retrieved:
    """A training frame and the tags that say what it was made from."""

    frame: TrainingFrame
    data: dict[str, str]
    rows_without_features: int
    trader_share: float = 1.0


#: What this process retrieved last: both trainings of a night use one frame, and retrieval is what costs.
_latest: dict[tuple[object, ...], Retrieved] = {}


def release() -> None:
    """Forgets the rows: they are many, and nobody after the last training needs them."""
    _latest.clear()


def inputs() -> tuple[Input, ...]:
    """Lists the model inputs of today's feature set."""
    return tuple(
        Input(known.name, known.group, known.monotone, known.topic, known.meaning, known.shown_unit)
        for known in model_inputs()
    )


def retrieve(context: Context, last: date) -> Retrieved:
    """Retrieves all rows that a training as of the close of this day may use; once per run and version of the data.

    Raises NotEnoughDaysError where there are none.
    """
    labels_version, features_version = (context.lake.version(table) for table in (gold_labels.TABLE, TABLE))
    key = (context.run_id, context.settings.lake, last, labels_version, features_version)
    if key not in _latest:
        retrieved = _retrieve(context, last, labels_version, features_version)
        _latest.clear()
        _latest[key] = retrieved
    return _latest[key]


def _retrieve(context: Context, last: date, labels_version: int | None, features_version: int | None) -> Retrieved:
    labels, share = _labels(context, last, labels_version)
    if features_version is None or labels.is_empty():
        raise NotEnoughDaysError(
            f"0 as-of days with {HISTORY_DAYS} days of history before them and a label matured by {shift(last, 1)}"
        )
    rows = with_features(context, labels, features_version, last_cohort(share))
    names = [wanted.name for wanted in inputs()]
    unmatched = rows.select(_is_unmatched(names)).to_series()
    complete = rows.filter(~unmatched) if unmatched.any() else rows
    data = {
        **_provenance(context, gold_labels.TABLE, labels_version, complete, 1 - HORIZON_DAYS),
        **_provenance(context, TABLE, features_version, complete, 1),
        "trader_share": f"{share:.6f}",
    }
    frame = assemble(complete, names)
    return Retrieved(frame, data, len(rows) - len(complete), share)


def _labels(context: Context, last: date, version: int | None) -> tuple[pl.DataFrame, float]:
    """Reads labels with a full history before T and a window that has closed and was known by the close of the day.

    Answers the share of the traders that is read, too.
    """
    table = gold_labels.TABLE
    first = min(context.lake.rows_by_day(gold_trader_day.TABLE), default=last)
    earliest, latest = shift(first, HISTORY_DAYS), shift(last, 1 - HORIZON_DAYS)
    counted = {day: rows for day, rows in context.lake.rows_by_day(table).items() if earliest <= day <= latest}
    wanted = ["trader_address", "as_of", "outcome_lamports", "is_exposed", "is_loss", "is_severe_loss", "known_at"]
    wanted += AMOUNTS.values()
    more = ("label_version", "horizon_days", "is_last_price_marked", "unmatched_share")
    rows = context.read(table, list(counted), version).select(*wanted, *more)
    if (share := share_of_traders(sum(counted.values()))) < 1:
        # By trader, not by row: days of one trader say the same, and who is kept is kept on all of them.
        rows = rows.filter(_is_drawn(share))
    frame = pl.DataFrame(pl.from_arrow(rows.toArrow()))
    refuse_others(frame)
    doubts = {
        "is_last_price_marked": pl.col("is_last_price_marked").fill_null(value=False),
        "is_unmatched": pl.col("unmatched_share").fill_null(0.0) > 0,
    }
    known = pl.col("known_at") <= midnight(shift(last, 1))
    return frame.with_columns(**doubts).select(*wanted, *doubts).filter(known).drop("known_at"), share


def _is_drawn(share: float) -> Column:
    """Tells whether a wallet is among this share of all."""
    digest, (whole, part) = F.xxhash64("trader_address"), divmod(share * COHORTS, 1)
    cohort = F.pmod(digest, F.lit(COHORTS))
    of_next = (cohort == F.lit(int(whole))) & (F.pmod(digest, F.lit(HASH_PARTS)) < F.lit(int(part * HASH_PARTS)))
    return (cohort < F.lit(int(whole))) | of_next


def share_of_traders(rows: int) -> float:
    """Tells which part of the traders is learned from, and judged, where labels have so many rows."""
    return min(1.0, MOST_ROWS / rows) if rows else 1.0


def refuse_others(labels: pl.DataFrame) -> None:
    """Raises ModelError where labels mean something else than those of today: another version, another horizon."""
    wanted = {"label_version": LABEL_VERSION, "horizon_days": HORIZON_DAYS}
    others = labels.filter(~pl.all_horizontal(pl.col(name) == value for name, value in wanted.items()))
    if len(others):
        first = others.sort("as_of").row(0, named=True)
        raise ModelError(
            f"gold_labels of T = {first['as_of']:%Y-%m-%d} are of version {first['label_version']} over "
            f"{first['horizon_days']} days; models learn from version {LABEL_VERSION} over {HORIZON_DAYS}. Run "
            "gold_labels of these days again, or set PUMPLOSS_HORIZON_DAYS to what this lake was built with."
        )


def last_cohort(share: float) -> int:
    """Names the last cohort that holds any of this share of the traders."""
    return min(COHORTS - 1, int(share * COHORTS))


def with_features(context: Context, labels: pl.DataFrame, version: int, to_cohort: int = COHORTS - 1) -> pl.DataFrame:
    """Joins the labels to the features that were valid and known at T, from one version of the table, as Feast would.

    No trader of a cohort above `to_cohort` has a label. Rows come by (T, trader). Feast itself joins any moments and
    holds all rows more than once meanwhile.
    """
    return join(context.settings.lake, TABLE, version, labels, training_columns(), TTL, to_cohort)


def _is_unmatched(names: list[str]) -> pl.Expr:
    """Whether a row found no features at all."""
    return pl.all_horizontal(pl.col(name).is_null() for name in names)


def _provenance(context: Context, table: Table, version: int | None, rows: pl.DataFrame, offset: int) -> dict[str, str]:
    """Names Delta version and content digest of the days of a table that the rows come from."""
    days = sorted(rows["event_timestamp"].dt.date().unique().to_list())
    listed = "\n".join(f"{day} {context.recorded_digest(table, shift(day, -offset))}" for day in days)
    digest = hashlib.sha256(listed.encode()).hexdigest()[:32]
    return {f"data_{table.name}": f"version {version}, days {digest}" if days else f"version {version}"}
