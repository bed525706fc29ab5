-- What a trader made of his trades, by UTC day. Index: (trader_address, time) of trades_timeseries. At most 90 rows.
SELECT (time AT TIME ZONE 'UTC')::date AS day,
       count(*) AS trades,
       count(DISTINCT token_mint) AS tokens,
       sum(sol_amount) AS volume_sol,
       coalesce(sum(pnl_sol), 0) AS realised_sol,
       coalesce(sum(pnl_sol) FILTER (WHERE pnl_sol < 0), 0) AS loss_sol
FROM public.trades_timeseries
WHERE trader_address = %(trader)s
GROUP BY 1
ORDER BY 1
