-- Volume and results of a token by hour, from the hour of a moment on. Index: the key (token_mint, hour) of token_hours.
-- At most 2,160 rows, the hours of 90 days.
SELECT hour, trades, traders, volume_sol, realised_sol
FROM public.token_hours
WHERE token_mint = %(token)s AND hour >= date_trunc('hour', %(since)s::timestamptz, 'UTC')
ORDER BY hour
