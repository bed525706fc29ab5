"""A night as a user of Polars would write it: from a day's dumps to trades, results, days and features.

`python -m benchmarks.night_by_polars DUMPS TARGET` reads `DUMPS/*.csv.gz` and writes a Parquet file per table to
TARGET. Nothing is checked, refused or kept for the next night.
"""

import math
import sys
from pathlib import Path

import polars as pl

from benchmarks.pnl_peers import matched
from pumploss.columns import POSITION

TRADER, MINT, PLACE = "trader_address", "token_mint", "order_in_mint_day"
PNL = pl.col("pnl_lamports")
IS_LOSS = PNL < 0
IS_BUY = pl.col("direction") == "buy"


def read(dumps: Path) -> pl.DataFrame:
    """Read the trades, each once, in the chain's own order."""
    return (
        pl.read_csv(dumps / "*.csv.gz", try_parse_dates=True)
        .unique(["signature", "event_index", TRADER, MINT], keep="any")
        .sort("slot", "tx_index", "event_index")
        .with_row_index(PLACE)
        .select(
            pl.concat_str("signature", "event_index", separator="-").alias("trade_id"),
            *("traded_at", TRADER, MINT, "direction", "token_units", "token_decimals", "sol_lamports", "fee_lamports"),
            pl.col(PLACE).cast(pl.Int64),
        )
    )


def trader_days(results: pl.DataFrame) -> pl.DataFrame:
    """Sum up each trader's day."""
    return results.group_by(TRADER).agg(
        pl.len().cast(pl.Int64).alias("trade_count"),
        IS_BUY.sum().cast(pl.Int64).alias("buy_count"),
        pl.col("sol_lamports").sum().alias("volume_lamports"),
        PNL.count().cast(pl.Int64).alias("matched_sell_count"),
        IS_LOSS.sum().cast(pl.Int64).alias("loss_count"),
        pl.col("net_lamports").filter(IS_BUY).sum().alias("buy_cost_lamports"),
        PNL.sum().alias("realised_pnl_lamports"),
        PNL.filter(IS_LOSS).sum().alias("realised_loss_lamports"),
    )


def token_days(results: pl.DataFrame) -> pl.DataFrame:
    """Sum up each token's day, and measure its prices."""
    price = pl.col("price_sol")
    prices = (
        results.filter((pl.col("token_units") > 0) & (pl.col("sol_lamports") > 0))
        .sort(MINT, PLACE)
        .select(
            MINT,
            (pl.col("sol_lamports") / pl.col("token_units") * 10.0 ** (pl.col("token_decimals") - 9)).alias(
                "price_sol"
            ),
        )
        .group_by(MINT, maintain_order=True)
        .agg(
            price.max().alias("price_high_sol"),
            price.min().alias("price_low_sol"),
            price.last().alias("price_close_sol"),
            price.log().diff().std().alias("volatility"),
        )
    )
    sums = results.group_by(MINT).agg(
        pl.len().cast(pl.Int64).alias("trade_count"),
        pl.col(TRADER).n_unique().cast(pl.Int64).alias("trader_count"),
        pl.col("sol_lamports").sum().alias("volume_lamports"),
        PNL.sum().alias("realised_pnl_lamports"),
        IS_LOSS.sum().cast(pl.Int64).alias("loss_count"),
    )
    return sums.join(prices, MINT, how="left")


def positions(results: pl.DataFrame) -> pl.DataFrame:
    """Tell the positions that were emptied, from the first buy on, in the order in which they were."""
    position = [*POSITION]
    is_empty = pl.col("open_units") == 0
    change = pl.when(IS_BUY).then("token_units").otherwise(-pl.col("matched_units"))
    return (
        results.sort(*position, PLACE)
        .with_columns(change.cum_sum().over(position).alias("open_units"))
        .with_columns(is_empty.cast(pl.Int64).cum_sum().over(position).alias("emptied"))
        .with_columns((pl.col("emptied") - is_empty).alias("episode"))
        .group_by(*position, "episode")
        .agg(
            PNL.sum(),
            pl.col(PLACE).filter(is_empty).max().alias("closed"),
            pl.col("traded_at").filter(is_empty).max().alias("closed_at"),
            pl.col("traded_at").filter(IS_BUY).min().alias("opened_at"),
        )
        .filter(pl.col("closed").is_not_null() & pl.col("opened_at").is_not_null())
        .with_columns((pl.col("closed_at") - pl.col("opened_at")).dt.total_microseconds().alias("held"))
        .sort("closed")
    )


def mints(results: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    """Measure how each trader spreads what is spent over tokens, and how these move."""
    cost, share, volatility = pl.col("net_lamports"), pl.col("share"), pl.col("volatility")
    return (
        results.filter(IS_BUY)
        .group_by(TRADER, MINT)
        .agg(cost.sum())
        .with_columns((cost / cost.sum().over(TRADER)).alias("share"))
        .join(tokens.select(MINT, "volatility"), MINT)
        .group_by(TRADER)
        .agg(
            share.max().alias("preferred_tokens_30d"),
            (1 / (share * share).sum()).alias("diversification_30d"),
            ((share * volatility).sum() / share.filter(volatility.is_not_null()).sum()).alias("token_volatility_30d"),
        )
    )


def features(results: pl.DataFrame, tokens: pl.DataFrame) -> pl.DataFrame:
    """Measure each trader by the list of the first design."""
    cost = pl.col("net_lamports")
    activity = results.group_by(TRADER).agg(
        pl.len().cast(pl.Int64).alias("total_trades_30d"),
        pl.len().cast(pl.Float64).alias("trade_frequency_30d"),
        (PNL.filter(IS_LOSS).mean() / 1e9).alias("avg_loss_size_30d"),
        (cost.filter(IS_BUY).std() / cost.filter(IS_BUY).mean()).alias("position_sizing_30d"),
        IS_BUY.sum().alias("buys"),
    )
    hours = (
        results.group_by(TRADER, pl.col("traded_at").dt.hour())
        .len()
        .group_by(TRADER)
        .agg((pl.col("len").entropy(base=math.e) / math.log(24)).alias("time_patterns_30d"))
    )
    closed = (
        positions(results)
        .group_by(TRADER, maintain_order=True)
        .agg(
            (PNL > 0).mean().alias("win_rate_30d"),
            (pl.col("held").mean() / 1e6).alias("hold_duration_30d"),
            IS_LOSS.rle().struct.field("len").filter(IS_LOSS.rle().struct.field("value")).max().alias("losses"),
        )
        .with_columns(pl.col("losses").fill_null(0).cast(pl.Int64).alias("max_loss_streak_30d"))
        .drop("losses")
    )
    market = results.select((IS_LOSS.sum() / PNL.count()).alias("market_conditions_30d"))
    return (
        activity.with_columns(pl.when(pl.col("buys") >= 2).then("position_sizing_30d").alias("position_sizing_30d"))
        .drop("buys")
        .join(hours, TRADER, how="left")
        .join(mints(results, tokens), TRADER, how="left")
        .join(closed, TRADER, how="left")
        .with_columns(pl.col("max_loss_streak_30d").fill_null(0))
        .join(market, how="cross")
    )


def night(dumps: Path, target: Path) -> None:
    """Make every table and write it."""
    trades = read(dumps)
    sells = matched(trades.lazy()).collect()
    fees = pl.when(IS_BUY).then("fee_lamports").otherwise(-pl.col("fee_lamports"))
    results = trades.join(sells, "trade_id", how="left").with_columns(
        (pl.col("sol_lamports") + fees).alias("net_lamports"), pl.col("matched_units").fill_null(0)
    )
    tokens = token_days(results)
    made = {
        "results": results,
        "trader_days": trader_days(results),
        "token_days": tokens,
        "features": features(results, tokens),
    }
    for table, rows in made.items():
        rows.write_parquet(target / f"{table}.parquet")


if __name__ == "__main__":
    night(*map(Path, sys.argv[1:]))
