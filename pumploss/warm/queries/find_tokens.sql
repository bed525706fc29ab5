-- Tokens of the last 90 days whose address begins with these letters. Index: (token_mint, time) of trades_timeseries: it
-- jumps from each token to the next instead of reading all trades. At most as many rows as asked for.
WITH RECURSIVE found (token_mint) AS (
    (
        SELECT token_mint FROM public.trades_timeseries
        WHERE token_mint >= %(prefix)s AND token_mint < %(prefix)s || '{'
        ORDER BY token_mint LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT t.token_mint FROM public.trades_timeseries t
        WHERE t.token_mint > found.token_mint AND t.token_mint < %(prefix)s || '{'
        ORDER BY t.token_mint LIMIT 1
    )
    FROM found WHERE found.token_mint IS NOT NULL
)
SELECT token_mint AS token FROM found WHERE token_mint IS NOT NULL LIMIT %(limit)s
