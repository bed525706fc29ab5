-- Who is about to lose most, by expected loss. Index: the key (rank). At most 1,000 rows.
SELECT rank, trader, expected_loss_sol, loss_p50_sol, loss_p90_sol, p_loss, p_severe, risk_score, horizon_days, as_of
FROM public.expected_losers
WHERE rank <= %(limit)s
ORDER BY rank
