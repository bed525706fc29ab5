-- How traders fared with a token in the last 90 days. Index: (token_mint, time) of trades_timeseries. One row; `losers`
-- are those whose matched sells of it came to a loss.
SELECT count(*) AS traders,
       count(*) FILTER (WHERE realised_sol < 0) AS losers,
       count(realised_sol) AS sellers,
       coalesce(sum(trades), 0)::bigint AS trades,
       coalesce(sum(volume_sol), 0) AS volume_sol,
       coalesce(sum(realised_sol), 0) AS realised_sol,
       count(*) FILTER (WHERE held > 0) AS holders,
       min(first_trade) AS first_trade,
       max(last_trade) AS last_trade
FROM (
    SELECT sum(pnl_sol) AS realised_sol,
           count(*) AS trades,
           sum(sol_amount) AS volume_sol,
           sum(CASE direction WHEN 'buy' THEN token_amount ELSE -token_amount END) AS held,
           min(time) AS first_trade,
           max(time) AS last_trade
    FROM public.trades_timeseries
    WHERE token_mint = %(token)s
    GROUP BY trader_address
) AS of_trader
