-- The latest trades of a trader. Index: (trader_address, time) of trades_timeseries. At most as many rows as asked for.
SELECT time, trade_id, token_mint, direction, token_amount, sol_amount, pnl_sol, signature
FROM public.trades_timeseries
WHERE trader_address = %(trader)s
ORDER BY time DESC, trade_id DESC
LIMIT %(limit)s
