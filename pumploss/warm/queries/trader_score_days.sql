-- How a trader was scored at each T. Index: the key (trader_address, day, horizon_days) of score_days. At most 90 rows of
-- each horizon.
SELECT day, horizon_days, risk_score, risk_band, p_loss, p_severe, expected_loss_sol, loss_model_version,
       risk_model_version, score_version
FROM public.score_days
WHERE trader_address = %(trader)s
ORDER BY day, horizon_days
