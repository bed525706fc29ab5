-- Realised losses of a trader by day. Index: (trader_address, day) of daily_losses. At most 90 rows.
SELECT day, daily_loss AS loss_sol, loss_count AS losing_sells
FROM public.daily_losses
WHERE trader_address = %(trader)s
ORDER BY day
