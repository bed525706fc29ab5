-- What is published of a trader at T: score, band, reasons, expectations. Indexes: the keys of risk_scores and
-- loss_predictions. One row of each horizon and model; none where the trader is not eligible.
SELECT s.trader_address AS trader, s.as_of, s.horizon_days, s.risk_score, s.risk_band, s.risk_percentile, s.baseline_score,
       p.p_trade, p.p_loss, s.p_severe, p.expected_loss_sol, p.loss_p50_sol, p.loss_p90_sol, s.reasons,
       s.model_version AS risk_model_version, p.model_version AS loss_model_version, s.score_version
FROM public.loss_predictions p
JOIN public.risk_scores s USING (trader_address, as_of, horizon_days)
WHERE s.trader_address = %(trader)s
ORDER BY s.as_of, s.horizon_days
LIMIT 100
