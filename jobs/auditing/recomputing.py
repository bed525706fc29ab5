"""What follows from lines: realised losses by day, walked anew; and from the lake's rows: net results and scores."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa

from features.registry import TABLE as FEATURES
from jobs.auditing.figures import Figure
from jobs.auditing.lines import STATED, Lines, Read
from jobs.commands.trader_results import scan
from jobs.gold_scores import scores
from jobs.running.context import Context
from jobs.scoring.versions import LOSS, RISK
from jobs.walking.trade_files import resolution
from models.registry import Registry
from models.serving import Pair
from pnl import walk_rows
from pnl.cohort import LOT_COLUMNS, TRADE_COLUMNS
from pumploss.days import shift
from pumploss.errors import LandingError
from pumploss.money import LAMPORTS_PER_SOL
from pumploss.tables import gold_scores, gold_trader_day, silver_open_lots, silver_trades
from pumploss.warm import PERIODS

#: What the model says of a trader alone; the percentile is among all traders of the day.
_SCORED = ("risk_score", "p_severe", "risk_band", "features_hash")


def from_lines(lines: Lines, figure: Figure, last: date) -> tuple[dict[str, Any], Read]:
    """Work out the losses of a figure from lines of dumps: FIFO over all trades of the trader up to the `last` day."""
    until = figure.day or last
    read = lines.trades(figure.trader, until)
    made = pl.DataFrame(pl.from_arrow(walk_rows(_as_stated(read.trades), _no_lots())[0]))
    length = 1 if figure.day else PERIODS[figure.period or "all"]
    inside = pl.lit(True) if length is None else pl.col("trade_date") > shift(until, -length)
    lost = made.filter(inside & (pl.col("pnl_lamports") < 0))
    return {"loss_amount": _sol(int(lost["pnl_lamports"].sum())), "loss_trades": len(lost)}, read


def _as_stated(rows: pl.DataFrame) -> pa.Table:
    """Put the values of lines in the place of the lake's. Raises LandingError where a line no longer states a trade."""
    if rows.is_empty():
        return pa.schema([(name, _types().get(name, pa.int64())) for name in TRADE_COLUMNS]).empty_table()
    lacking = rows.filter(pl.col("traded_at_stated").is_null())
    if len(lacking):
        place = lacking.row(0, named=True)
        raise LandingError(f"{place['file']} line {place['line_number']} is no trade of {place['trader_address']} now.")
    # A line may state whole tokens by its own decimals; those of the mint count.
    shifted = pl.col("token_decimals").cast(pl.Int64) - pl.col("token_decimals_stated").fill_null(
        pl.col("token_decimals")
    )
    units = (
        pl.when(shifted >= 0)
        .then(pl.col("token_units_stated") * 10 ** shifted.clip(0))
        .otherwise(pl.col("token_units_stated") // 10 ** (-shifted).clip(0))
    )
    plain = [pl.col(f"{name}_stated").alias(name) for name in STATED if name not in ("token_units", "token_decimals")]
    stated = rows.with_columns(*plain, units.cast(pl.Int64).alias("token_units")).to_arrow()
    stated = stated.append_column("resolution_units", resolution(stated["source"].cast(pa.string()), stated))
    return stated.select(TRADE_COLUMNS).cast(
        pa.schema([(name, _types().get(name, pa.int64())) for name in TRADE_COLUMNS])
    )


def _types() -> Mapping[str, pa.DataType]:
    return {column.name: column.type.arrow for column in silver_trades.TABLE.columns}


def _no_lots() -> pa.Table:
    return silver_open_lots.TABLE.arrow_schema.empty_table().select(LOT_COLUMNS)


def net_result(context: Context, figure: Figure, last: date) -> Decimal:
    """Work out the net result of a board's row from `gold_trader_day`: it rests on prices that others' trades made."""
    context.lake.require_sound(gold_trader_day.TABLE)
    days = scan(context, gold_trader_day.TABLE, figure.trader).filter(pl.col("day") <= last).collect().sort("day")
    length = PERIODS[figure.period or "all"]
    if length is None:
        closes = days.row(-1, named=True)
        levels = ("realised_pnl_close_lamports", "equity_close_lamports")
        return _sol(sum(closes[name] for name in levels) - closes["open_cost_close_lamports"])
    return _sol(int(days.filter(pl.col("day") > shift(last, -length))["equity_change_lamports"].sum()))


def score(context: Context, figure: Figure, as_of_day: date) -> dict[str, Any]:
    """Score the trader's features again by the versions that his score names, loaded anew and verified."""
    row = scan(context, gold_scores.TABLE, figure.trader).filter(score_day=as_of_day).collect().row(0, named=True)
    registry = Registry(context.settings)
    pair = Pair(registry.load(LOSS, row["loss_model_version"]), registry.load(RISK, row["risk_model_version"]))
    features = scan(context, FEATURES, figure.trader).filter(feature_day=as_of_day).collect()
    (batch,) = features.to_arrow().combine_chunks().to_batches()
    again = scores(batch, pair).to_pylist()[0]
    return {**{name: again[name] for name in _SCORED}, "model_version": row["risk_model_version"]}


def _sol(lamports: int) -> Decimal:
    return Decimal(lamports) / LAMPORTS_PER_SOL
