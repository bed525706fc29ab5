-- What a trader made of his trades, by UTC day. Index: the key (trader_address, day) of trader_days. At most 90 rows.
SELECT day, trades, tokens, volume_sol, realised_sol, loss_sol
FROM public.trader_days
WHERE trader_address = %(trader)s
ORDER BY day
