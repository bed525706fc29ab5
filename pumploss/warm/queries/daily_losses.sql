-- Realised losses by day, of all traders together. Index: the key (day, trader_address). At most 90 rows.
SELECT day, count(*) AS losers, sum(loss_count)::bigint AS losing_sells, sum(daily_loss) AS loss_sol
FROM public.daily_losses
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY day
ORDER BY day
