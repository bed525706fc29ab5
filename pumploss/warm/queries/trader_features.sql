-- The features of a trader at T. Index: the key (trader_address). At most one row.
SELECT * FROM public.trader_features WHERE trader_address = %(trader)s
