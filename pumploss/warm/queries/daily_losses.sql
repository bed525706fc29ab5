-- Realised losses by day, of all traders together. Index: the key (day) of daily_loss_sums. At most 90 rows.
SELECT day, losers, losing_sells, loss_sol
FROM public.daily_loss_sums
WHERE day BETWEEN %(first)s AND %(last)s
ORDER BY day
