-- Who lost most by losing sells in a period that ends at T. Index: the key (period, rank). At most 1,000 rows.
SELECT rank, trader, loss_amount, loss_trades, net_amount, loss_amount_24h, loss_amount_all_time, loss_trades_24h,
       avg_loss_size, tokens_traded_24h, last_loss_time, baseline_score, risk_score, as_of
FROM public.leaderboards
WHERE period = %(period)s AND rank <= %(limit)s
ORDER BY rank
