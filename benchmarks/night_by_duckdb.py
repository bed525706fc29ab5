"""A night as a user of DuckDB would write it: from a day's dumps to trades, results, days and features, in SQL.

`python -m benchmarks.night_by_duckdb DUMPS TARGET` reads `DUMPS/*.csv.gz` and writes a Parquet file per table to
TARGET. Nothing is checked, refused or kept for the next night.
"""

import sys
from pathlib import Path

import duckdb

from benchmarks.pnl_peers import MATCHED

#: The statements, in order. `order_in_mint_day` is the place in the chain's own order.
STATEMENTS = (
    """
CREATE TABLE trades AS
SELECT concat_ws('-', signature, event_index) AS trade_id, traded_at, trader_address, token_mint, direction,
       token_units, token_decimals, sol_lamports, fee_lamports,
       row_number() OVER (ORDER BY slot, tx_index, event_index) AS order_in_mint_day
FROM read_csv('$dumps/*.csv.gz', header = true, types = {
    'traded_at': 'TIMESTAMPTZ', 'signature': 'VARCHAR', 'token_units': 'BIGINT', 'sol_lamports': 'BIGINT',
    'fee_lamports': 'BIGINT'})
QUALIFY row_number() OVER (PARTITION BY signature, event_index, trader_address, token_mint ORDER BY slot) = 1
""",
    f"CREATE TABLE sells AS {MATCHED.replace('$trades', 'trades')}",
    """
CREATE TABLE results AS
SELECT trades.*, direction = 'buy' AS is_buy, matched_units, sold_cost_lamports, pnl_lamports,
       sol_lamports + if(is_buy, fee_lamports, -fee_lamports) AS net_lamports
FROM trades LEFT JOIN sells USING (trade_id)
""",
    """
CREATE TABLE trader_days AS
SELECT trader_address, count(*) AS trade_count, count(*) FILTER (is_buy) AS buy_count,
       sum(sol_lamports)::BIGINT AS volume_lamports, count(pnl_lamports) AS matched_sell_count,
       count(*) FILTER (pnl_lamports < 0) AS loss_count,
       coalesce(sum(net_lamports) FILTER (is_buy), 0)::BIGINT AS buy_cost_lamports,
       coalesce(sum(pnl_lamports), 0)::BIGINT AS realised_pnl_lamports,
       coalesce(sum(pnl_lamports) FILTER (pnl_lamports < 0), 0)::BIGINT AS realised_loss_lamports
FROM results GROUP BY trader_address
""",
    """
CREATE TABLE prices AS
SELECT token_mint, order_in_mint_day, sol_lamports / token_units * pow(10, token_decimals - 9) AS price_sol,
       ln(price_sol / lag(price_sol) OVER (PARTITION BY token_mint ORDER BY order_in_mint_day)) AS step
FROM trades WHERE token_units > 0 AND sol_lamports > 0
""",
    """
CREATE TABLE token_days AS
SELECT token_mint, trade_count, trader_count, volume_lamports, realised_pnl_lamports, loss_count, price_high_sol,
       price_low_sol, price_close_sol, volatility
FROM (
    SELECT token_mint, count(*) AS trade_count, count(DISTINCT trader_address) AS trader_count,
           sum(sol_lamports)::BIGINT AS volume_lamports,
           coalesce(sum(pnl_lamports), 0)::BIGINT AS realised_pnl_lamports,
           count(*) FILTER (pnl_lamports < 0) AS loss_count
    FROM results GROUP BY token_mint
) LEFT JOIN (
    SELECT token_mint, max(price_sol) AS price_high_sol, min(price_sol) AS price_low_sol,
           arg_max(price_sol, order_in_mint_day) AS price_close_sol, stddev_samp(step) AS volatility
    FROM prices GROUP BY token_mint
) USING (token_mint)
""",
    """
CREATE TABLE positions AS
WITH running AS (
    SELECT *, sum(if(is_buy, token_units, -matched_units)) OVER (
               PARTITION BY trader_address, token_mint ORDER BY order_in_mint_day) AS open_units
    FROM results
),
numbered AS (
    SELECT *, count(*) FILTER (open_units = 0) OVER (
               PARTITION BY trader_address, token_mint ORDER BY order_in_mint_day
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS episode
    FROM running
)
SELECT trader_address, token_mint, episode, sum(pnl_lamports)::BIGINT AS pnl_lamports,
       max(order_in_mint_day) FILTER (open_units = 0) AS closed,
       epoch(max(traded_at) FILTER (open_units = 0)) - epoch(min(traded_at) FILTER (is_buy)) AS held_seconds
FROM numbered GROUP BY trader_address, token_mint, episode
HAVING count(*) FILTER (is_buy) > 0 AND count(*) FILTER (open_units = 0) > 0
""",
    """
CREATE TABLE features AS
WITH market AS (
    SELECT count(*) FILTER (pnl_lamports < 0) / count(pnl_lamports) AS market_conditions_30d FROM results
),
activity AS (
    SELECT trader_address, count(*) AS total_trades_30d, count(*)::DOUBLE AS trade_frequency_30d,
           avg(pnl_lamports) FILTER (pnl_lamports < 0) / 1e9 AS avg_loss_size_30d,
           if(count(*) FILTER (is_buy) < 2, NULL,
              stddev_samp(net_lamports) FILTER (is_buy) / avg(net_lamports) FILTER (is_buy)) AS position_sizing_30d
    FROM results GROUP BY trader_address
),
hours AS (
    SELECT trader_address, -sum(share * ln(share)) / ln(24) AS time_patterns_30d
    FROM (
        SELECT trader_address, count(*) / sum(count(*)) OVER (PARTITION BY trader_address) AS share
        FROM trades GROUP BY trader_address, extract(hour FROM traded_at AT TIME ZONE 'UTC')
    ) GROUP BY trader_address
),
mints AS (
    SELECT trader_address, max(share) AS preferred_tokens_30d, 1 / sum(share * share) AS diversification_30d,
           sum(share * volatility) / sum(share) FILTER (volatility IS NOT NULL) AS token_volatility_30d
    FROM (
        SELECT trader_address, token_mint,
               sum(net_lamports) / sum(sum(net_lamports)) OVER (PARTITION BY trader_address) AS share
        FROM results WHERE is_buy GROUP BY trader_address, token_mint
    ) JOIN token_days USING (token_mint) GROUP BY trader_address
),
runs AS (
    SELECT *, row_number() OVER along - row_number() OVER (
               PARTITION BY trader_address, pnl_lamports < 0 ORDER BY closed) AS run
    FROM positions WINDOW along AS (PARTITION BY trader_address ORDER BY closed)
),
closed AS (
    SELECT trader_address, sum(wins) / sum(emptied) AS win_rate_30d, sum(held) / sum(emptied) AS hold_duration_30d,
           max(losses)::BIGINT AS max_loss_streak_30d
    FROM (
        SELECT trader_address, count(*) AS emptied, count(*) FILTER (pnl_lamports > 0) AS wins,
               sum(held_seconds) AS held, count(*) FILTER (pnl_lamports < 0) AS losses
        FROM runs GROUP BY trader_address, pnl_lamports < 0, run
    ) GROUP BY trader_address
)
SELECT trader_address, total_trades_30d, trade_frequency_30d, avg_loss_size_30d, position_sizing_30d, time_patterns_30d,
       preferred_tokens_30d, diversification_30d, token_volatility_30d, win_rate_30d, hold_duration_30d,
       coalesce(max_loss_streak_30d, 0) AS max_loss_streak_30d, market_conditions_30d
FROM activity CROSS JOIN market LEFT JOIN hours USING (trader_address) LEFT JOIN mints USING (trader_address)
     LEFT JOIN closed USING (trader_address)
""",
)
WRITTEN = ("results", "trader_days", "token_days", "features")


def night(dumps: Path, target: Path) -> None:
    """Run the statements and write what they made."""
    with duckdb.connect() as connection:
        for statement in STATEMENTS:
            connection.execute(statement.replace("$dumps", str(dumps)))
        for table in WRITTEN:
            connection.execute(f"COPY {table} TO '{target / table}.parquet' (FORMAT parquet)")


if __name__ == "__main__":
    night(*map(Path, sys.argv[1:]))
