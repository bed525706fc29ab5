-- Volume and results of a token by hour, from a moment on. Index: (token_mint, time) of trades_timeseries. At most 2,160
-- rows, the hours of 90 days.
SELECT date_trunc('hour', time, 'UTC') AS hour,
       count(*) AS trades,
       count(DISTINCT trader_address) AS traders,
       sum(sol_amount) AS volume_sol,
       coalesce(sum(pnl_sol), 0) AS realised_sol
FROM public.trades_timeseries
WHERE token_mint = %(token)s AND time >= %(since)s
GROUP BY 1
ORDER BY 1
