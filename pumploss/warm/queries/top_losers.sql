-- The same board with the columns that the first consumers were promised, where `risk_score` is the formula.
-- Index: the key (period, rank). At most 1,000 rows.
SELECT rank, trader, loss_amount_24h, loss_amount_all_time, loss_trades_24h, avg_loss_size, tokens_traded_24h,
       last_loss_time, baseline_score AS risk_score
FROM public.leaderboards
WHERE period = %(period)s AND rank <= %(limit)s
ORDER BY rank
