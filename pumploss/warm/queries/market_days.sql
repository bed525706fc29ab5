-- Activity and results of the whole market by day. Index: the key (day) of market_days. At most 90 rows.
SELECT day, trades, buys, sells, traders, tokens, new_tokens, volume_sol, fees_sol, realised_sol, loss_sol, matched_sells,
       losing_sells, losing_sell_share
FROM public.market_days
WHERE day BETWEEN %(first)s AND %(last)s
ORDER BY day
