-- Who lost most with a token in the last 90 days. Index: (token_mint, time) of trades_timeseries. At most as many rows as
-- asked for; `held_tokens` is what they bought less what they sold in these days.
SELECT trader_address AS trader,
       sum(pnl_sol) AS realised_sol,
       count(*) AS trades,
       sum(sol_amount) AS volume_sol,
       sum(CASE direction WHEN 'buy' THEN token_amount ELSE -token_amount END) AS held_tokens
FROM public.trades_timeseries
WHERE token_mint = %(token)s
GROUP BY trader_address
ORDER BY sum(pnl_sol) ASC NULLS LAST, trader_address
LIMIT %(limit)s
