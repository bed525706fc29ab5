-- Tokens of the last 90 days whose address begins with these letters. Index: the key (token_mint, day) of token_days, whose
-- days are merged in its order. At most as many rows as asked for.
SELECT DISTINCT token_mint AS token
FROM public.token_days
WHERE token_mint >= %(prefix)s AND token_mint < %(prefix)s || '{'
ORDER BY token_mint
LIMIT %(limit)s
