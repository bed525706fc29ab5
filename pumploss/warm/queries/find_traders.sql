-- Eligible traders whose address begins with these letters. Index: the key of trader_features. At most as many rows as
-- asked for. '{' comes right behind 'z', the last letter of base58.
SELECT f.trader_address AS trader, s.risk_score, s.risk_band
FROM public.trader_features f
LEFT JOIN public.risk_scores s USING (trader_address)
WHERE f.trader_address >= %(prefix)s AND f.trader_address < %(prefix)s || '{'
ORDER BY f.trader_address
LIMIT %(limit)s
