-- How traders fared with a token in the last 90 days. Indexes: the key (token_mint) of busy_tokens, and for a token that is
-- not there (token_mint, trader_address, day) of token_trader_days, of at most 1,000 rows then. One row; `losers` are those
-- whose matched sells of it came to a loss.
WITH busy AS MATERIALIZED (
    SELECT traders, losers, sellers, trades, volume_sol, realised_sol, holders, first_trade, last_trade
    FROM public.busy_tokens
    WHERE token_mint = %(token)s
)
SELECT traders, losers, sellers, trades, volume_sol, realised_sol, holders, first_trade, last_trade FROM busy
UNION ALL
SELECT count(*),
       count(*) FILTER (WHERE realised_sol < 0),
       count(realised_sol),
       coalesce(sum(trades), 0)::bigint,
       coalesce(sum(volume_sol), 0),
       coalesce(sum(realised_sol), 0),
       count(*) FILTER (WHERE held_tokens > 0),
       min(first_trade),
       max(last_trade)
FROM (
    SELECT sum(realised_sol) AS realised_sol,
           sum(trades) AS trades,
           sum(volume_sol) AS volume_sol,
           sum(held_tokens) AS held_tokens,
           min(first_trade) AS first_trade,
           max(last_trade) AS last_trade
    FROM public.token_trader_days
    WHERE token_mint = %(token)s AND NOT EXISTS (SELECT FROM busy)
    GROUP BY trader_address
) AS of_trader
HAVING NOT EXISTS (SELECT FROM busy)
