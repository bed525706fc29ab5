-- TimescaleDB made an index that it was not asked for: the key (time, trade_id) begins with the same column, and each day of
-- trades paid for both. Elsewhere there is none of this name.
DROP INDEX IF EXISTS trades_timeseries_time_idx;
