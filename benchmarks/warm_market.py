"""Fills a warm store with a market of random trades over 90 days, by the way that a night takes: staged, then shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.crowd import Crowd
from benchmarks.crowd_features import feature_rows
from features.registry import TABLE as FEATURES
from pumploss.days import midnight, shift
from pumploss.tables import gold_scores
from pumploss.warm import publishing, slices, swapping, tables
from pumploss.warm.busy_tokens import stage_busy_tokens
from pumploss.warm.loaders import Loaders, loaders
from pumploss.warm.loading import Slice
from pumploss.warm.loss_sums import loss_sums
from pumploss.warm.staging import Staging
from pumploss.warm.summing import stage_trades
from simulator.identities import mint_addresses

LAST = date(2026, 3, 31)
_TRADES_PER_TRADER, _TRADES_PER_TOKEN = 100, 40
_DAY_MICROS = 86_400_000_000
#: Of trades those that sell, and of these those that lose.
_SELLING, _LOSING = 0.45, 0.6


@dataclass(frozen=True)
class WarmMarket:
    """Describes a market of so many trades over the days that the warm store keeps; a few tokens have most of them."""

    rows: int
    seed: int = 1
    days_kept: int = tables.RETENTION_DAYS

    @cached_property
    def crowd(self) -> Crowd:
        """Return the traders."""
        return Crowd(max(1000, self.rows // _TRADES_PER_TRADER), 0, self.seed)

    @cached_property
    def tokens(self) -> pa.Array:
        """Return the tokens, the most traded first."""
        letters = mint_addresses(self.seed, np.arange(max(100, self.rows // _TRADES_PER_TOKEN)))
        return pa.array(letters.view(f"S{letters.shape[1]}").ravel().astype(str))

    @property
    def days(self) -> list[date]:
        """List the days, oldest first."""
        return [shift(LAST, -back) for back in reversed(range(self.days_kept))]

    def trades(self, day: date) -> pa.Table:
        """Draw the trades of a day, as `trade_slice` takes them."""
        draw, count = np.random.default_rng((self.seed, day.toordinal())), self.rows // self.days_kept
        trader = (self.crowd.traders * draw.random(count) ** 2).astype(np.int64)
        token = (len(self.tokens) * draw.random(count) ** 4).astype(np.int64)
        sells, sol = draw.random(count) < _SELLING, (10**9 * draw.lognormal(-1.0, 1.5, count)).astype(np.int64) + 1
        pnl = np.where(draw.random(count) < _LOSING, -sol // 3, sol // 2)
        micros = np.datetime64(day, "us") + draw.integers(0, _DAY_MICROS, count).astype("timedelta64[us]")
        ids = [f"{number:032x}" for number in range(day.toordinal() * count, (day.toordinal() + 1) * count)]
        return pa.table(
            {
                "traded_at": pa.array(micros).cast(pa.timestamp("us", "UTC")),
                "trade_id": ids,
                "trader_address": self.crowd.addresses.take(pa.array(trader)),
                "token_mint": self.tokens.take(pa.array(token)),
                "direction": pa.array(["buy", "sell"]).take(pa.array(sells.astype(np.int64))),
                "token_units": draw.integers(1, 10**12, count),
                "token_decimals": np.full(count, 6),
                "sol_lamports": sol,
                "pnl_lamports": pa.array(pnl, mask=~sells),
                "signature": [f"{one}{one}{one[:24]}" for one in ids],
            }
        )


def fill(warm: psycopg.Connection, market: WarmMarket) -> None:
    """Publish the market into an empty store."""
    kept: dict[str, publishing.DayContents] = {table.name: {} for table in tables.TABLES if table.day_column}
    with publishing.exclusive(warm) as staging:
        with loaders(warm, staging) as by:
            for day in market.days:
                stage_day(by, market, day)
        for staged in staging.loaded:
            if staged.day:
                kept[staged.table.name][staged.day] = "drawn", staged.rows
        stage_as_of(staging, market)
        stage_sums(warm, staging, market, ())
        entry = publishing.Published("filled", "benchmark", LAST, "none", "none", days=kept)
        swapping.swap(warm, staging.loaded, kept, entry)


def stage_sums(warm: psycopg.Connection, staging: Staging, market: WarmMarket, live: Collection[date]) -> None:
    """Stage what is over many days, as a night does, but for the market by day, which nothing is drawn of."""
    staging.load(tables.LOSS_SUMS, [loss_sums(warm, staging.loaded, market.days)])
    stage_busy_tokens(warm, staging, live, market.days)


def stage_day(by: Loaders, market: WarmMarket, day: date) -> None:
    """Have the trades of a day staged with their sums, its losses and its scores."""
    trades = market.trades(day)
    lost = trades.filter(pc.less(trades["pnl_lamports"], 0)).group_by("trader_address")
    losses = lost.aggregate([("pnl_lamports", "sum"), ("pnl_lamports", "count")])
    named = {
        "day": pa.array([day] * len(losses)),
        "trader_address": losses["trader_address"],
        "realised_loss_lamports": losses["pnl_lamports_sum"],
        "loss_count": losses["pnl_lamports_count"],
    }
    at_end = _scores(market).append_column("score_day", pa.repeat(pa.scalar(day), market.crowd.traders))
    by.begin(partial(stage_trades, by=by, slices=map(slices.trade_slice, [trades]), day=day))
    for table, piece in (
        (tables.DAILY_LOSSES, slices.loss_slice(pa.table(named))),
        (tables.SCORE_DAYS, slices.score_day_slice(at_end)),
    ):
        by.begin(partial(Staging.load, table=table, slices=[piece], day=day))


def stage_as_of(staging: Staging, market: WarmMarket) -> None:
    """Stage what shows T alone: features and scores of every trader, and all boards."""
    laid_out_by = {*FEATURES.partition_by, *FEATURES.split_by}
    contract = [column for column in FEATURES.columns if column.name not in laid_out_by]
    features = feature_rows(market.crowd)
    staging.load(tables.FEATURES, [Slice(features)], contract=contract)
    scores = _scores(market)
    staging.load(tables.PREDICTIONS, [slices.prediction_slice(scores)])
    staging.load(tables.SCORES, [slices.score_slice(scores)])
    for table in (tables.LEADERBOARDS, tables.NET_LOSERS):
        staging.load(table, [slices.board_slice(table, _board(market))])
    staging.load(tables.EXPECTED_LOSERS, [slices.expected_slice(scores)])


def _scores(market: WarmMarket) -> pa.Table:
    """Draw scores that the store takes: probabilities below one another, the same amounts for all."""
    count, at = market.crowd.traders, midnight(shift(LAST, 1))
    share = np.random.default_rng(market.seed).random(count)
    same: dict[str, Any] = {
        "as_of": at, "scored_at": at, "horizon_days": 7, "risk_band": "medium", "reasons": "[]",
        "features_hash": "0" * 32, "loss_model_version": "1", "risk_model_version": "1", "score_version": "1",
    }  # fmt: skip
    drawn = {
        "trader_address": market.crowd.addresses,
        "p_trade": np.ones(count), "p_loss_if_exposed": share, "p_loss": share, "p_severe": share / 2,
        "expected_loss_sol": share, "loss_p50_sol": share, "loss_p90_sol": share + 1, "risk_score": 100 * share,
        "risk_percentile": share, "baseline_score": 100 * share,
    }  # fmt: skip
    kinds = {column.name: column.type.arrow for column in gold_scores.TABLE.columns}
    columns = {name: pa.array(values, kinds[name]) for name, values in drawn.items()}
    return pa.table(
        {**columns, **{name: pa.repeat(pa.scalar(value, kinds[name]), count) for name, value in same.items()}}
    )


def _board(market: WarmMarket) -> list[dict[str, Any]]:
    at, zero = midnight(shift(LAST, 1)), Decimal(0)
    same = {
        "loss_trades": 5, "loss_amount_24h": zero, "loss_amount_all_time": Decimal(-9), "loss_trades_24h": 0,
        "net_amount": Decimal(-1), "net_amount_24h": zero, "net_amount_all_time": Decimal(-2),
        "avg_loss_size": Decimal(-1), "tokens_traded_24h": 3, "last_loss_time": at,
        "baseline_score": zero, "risk_score": 50.0, "as_of": at,
    }  # fmt: skip
    traders = market.crowd.addresses[: tables.BOARD_ROWS].to_pylist()
    return [
        {"period": period, "rank": rank, "trader": trader, "loss_amount": Decimal(-rank), **same}
        for period in ("24h", "7d", "30d", "all")
        for rank, trader in enumerate(traders, 1)
    ]
