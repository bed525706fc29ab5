-- Who lost most by net result in a period that ends at T. Index: the key (period, rank). At most 1,000 rows.
SELECT rank, trader, net_amount, loss_amount, loss_trades, net_amount_24h, net_amount_all_time, risk_score, as_of
FROM public.net_losers
WHERE period = %(period)s AND rank <= %(limit)s
ORDER BY rank
