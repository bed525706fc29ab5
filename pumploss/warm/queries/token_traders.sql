-- Who lost most with a token in the last 90 days. Indexes: the key (token_mint, rank) of busy_token_losers, and for a token
-- that is not there (token_mint, trader_address, day) of token_trader_days, of at most 1,000 rows then. At most as many rows
-- as asked for, and 1,000; `held_tokens` is what they bought less what they sold in these days.
WITH busy AS MATERIALIZED (
    SELECT trader_address, realised_sol, trades, volume_sol, held_tokens
    FROM public.busy_token_losers
    WHERE token_mint = %(token)s AND rank <= %(limit)s
)
SELECT trader_address AS trader, realised_sol, trades, volume_sol, held_tokens
FROM (
    SELECT trader_address, realised_sol, trades, volume_sol, held_tokens FROM busy
    UNION ALL
    SELECT trader_address, sum(realised_sol), sum(trades)::bigint, sum(volume_sol), sum(held_tokens)
    FROM public.token_trader_days
    WHERE token_mint = %(token)s AND NOT EXISTS (SELECT FROM busy)
    GROUP BY trader_address
) AS of_trader
ORDER BY realised_sol ASC NULLS LAST, trader_address
LIMIT %(limit)s
