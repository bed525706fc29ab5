-- What consumers read lies in `public`; what the next publish will show is made in `pumploss_staging`.
-- Base58 text compares byte by byte (collation "C"): its letters differ by case alone.
-- Losses carry a minus sign everywhere, amounts are SOL or whole tokens, exact to the last decimal.

CREATE SCHEMA IF NOT EXISTS pumploss_staging;
REVOKE ALL ON SCHEMA pumploss_staging FROM PUBLIC;

CREATE TABLE publish_log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    publish_id text COLLATE "C" NOT NULL UNIQUE,
    run_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    as_of timestamptz NOT NULL,
    landing text NOT NULL,
    lake text NOT NULL,
    row_counts jsonb NOT NULL,
    versions jsonb NOT NULL,
    days jsonb NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT published_at_the_end_of_the_day CHECK (as_of = (day + 1)::timestamp AT TIME ZONE 'UTC')
);
COMMENT ON TABLE publish_log IS 'One row per publish; the one with the highest number says what the tables show';
COMMENT ON COLUMN publish_log.days IS 'Per table kept by day: content digest and rows of each day';

CREATE TABLE trades_timeseries_shape (
    time timestamptz NOT NULL,
    trade_id text COLLATE "C" NOT NULL,
    trader_address text COLLATE "C" NOT NULL,
    token_mint text COLLATE "C" NOT NULL,
    direction text COLLATE "C" NOT NULL CHECK (direction IN ('buy', 'sell')),
    token_amount numeric NOT NULL CHECK (token_amount >= 0),
    sol_amount numeric NOT NULL CHECK (sol_amount >= 0),
    pnl_sol numeric,
    signature text COLLATE "C"
);
DO $$
DECLARE
    extension text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
    IF extension IS NOT NULL THEN
        ALTER TABLE trades_timeseries_shape RENAME TO trades_timeseries;
        EXECUTE format(
            'SELECT %s.create_hypertable(''trades_timeseries'', ''time'', chunk_time_interval => INTERVAL ''1 day'')',
            extension
        );
    ELSE
        CREATE TABLE trades_timeseries (LIKE trades_timeseries_shape INCLUDING ALL) PARTITION BY RANGE (time);
        DROP TABLE trades_timeseries_shape;
    END IF;
END
$$;
ALTER TABLE trades_timeseries ADD PRIMARY KEY (time, trade_id);
CREATE INDEX ON trades_timeseries (signature);
CREATE INDEX ON trades_timeseries (trader_address, time);
CREATE INDEX ON trades_timeseries (token_mint, time);
COMMENT ON TABLE trades_timeseries IS 'Trades of the last 90 days; profit and loss (FIFO, fees included) of matched sells';

CREATE TABLE daily_losses (
    day date NOT NULL,
    trader_address text COLLATE "C" NOT NULL,
    daily_loss numeric NOT NULL CHECK (daily_loss <= 0),
    loss_count bigint NOT NULL CHECK (loss_count > 0),
    PRIMARY KEY (day, trader_address)
) PARTITION BY RANGE (day);
CREATE INDEX ON daily_losses (trader_address, day);
COMMENT ON TABLE daily_losses IS 'Realised losses per day and trader over the last 90 days, SOL, at most 0';

-- A publish makes this table anew with every registered feature.
CREATE TABLE trader_features (
    trader_address text COLLATE "C" PRIMARY KEY,
    as_of timestamptz NOT NULL,
    total_trades bigint,
    avg_trade_size double precision,
    trade_size_volatility double precision,
    total_losses double precision,
    loss_count bigint,
    avg_loss_size double precision,
    preferred_hour bigint,
    active_days bigint,
    unique_tokens bigint,
    loss_ratio double precision,
    last_trade_time timestamptz,
    first_trade_time timestamptz
);
COMMENT ON TABLE trader_features IS 'Features of every eligible trader as of T, from trades before T only';

CREATE TABLE loss_predictions (
    trader_address text COLLATE "C" NOT NULL,
    as_of timestamptz NOT NULL,
    horizon_days integer NOT NULL,
    p_loss double precision NOT NULL CHECK (p_loss BETWEEN 0 AND 1),
    features_hash text COLLATE "C" NOT NULL,
    model_version text COLLATE "C" NOT NULL,
    scored_at timestamptz NOT NULL,
    PRIMARY KEY (trader_address, as_of, horizon_days, model_version)
);
COMMENT ON TABLE loss_predictions IS 'Calibrated probability of a loss in [as_of, as_of + horizon)';

CREATE TABLE risk_scores (
    trader_address text COLLATE "C" NOT NULL,
    as_of timestamptz NOT NULL,
    horizon_days integer NOT NULL,
    p_severe double precision NOT NULL CHECK (p_severe BETWEEN 0 AND 1),
    risk_score double precision NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    risk_band text NOT NULL,
    risk_percentile double precision NOT NULL CHECK (risk_percentile BETWEEN 0 AND 1),
    baseline_score double precision NOT NULL CHECK (baseline_score BETWEEN 0 AND 100),
    reasons jsonb NOT NULL,
    features_hash text COLLATE "C" NOT NULL,
    model_version text COLLATE "C" NOT NULL,
    score_version text COLLATE "C" NOT NULL,
    scored_at timestamptz NOT NULL,
    PRIMARY KEY (trader_address, as_of, horizon_days, model_version)
);
CREATE INDEX ON risk_scores (risk_score);
COMMENT ON TABLE risk_scores IS 'Risk of a severe loss in [as_of, as_of + horizon), mapped to 0-100';

CREATE TABLE leaderboards (
    period text COLLATE "C" NOT NULL CHECK (period IN ('24h', '7d', '30d', 'all')),
    rank integer NOT NULL CHECK (rank BETWEEN 1 AND 1000),
    trader text COLLATE "C" NOT NULL,
    loss_amount numeric NOT NULL CHECK (loss_amount < 0),
    loss_trades bigint NOT NULL CHECK (loss_trades > 0),
    loss_amount_24h numeric NOT NULL CHECK (loss_amount_24h <= 0),
    loss_amount_all_time numeric NOT NULL CHECK (loss_amount_all_time <= 0),
    loss_trades_24h bigint NOT NULL CHECK (loss_trades_24h >= 0),
    avg_loss_size numeric NOT NULL CHECK (avg_loss_size <= 0),
    tokens_traded_24h bigint NOT NULL CHECK (tokens_traded_24h >= 0),
    last_loss_time timestamptz,
    risk_score numeric NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    model_risk_score double precision CHECK (model_risk_score BETWEEN 0 AND 100),
    as_of timestamptz NOT NULL,
    PRIMARY KEY (period, rank)
);
CREATE INDEX ON leaderboards (trader);
COMMENT ON TABLE leaderboards IS 'The traders who lost most in each period that ends at as_of, most negative first';
COMMENT ON COLUMN leaderboards.loss_amount IS 'Realised loss of the board''s period, SOL; the board is ranked by it';
COMMENT ON COLUMN leaderboards.avg_loss_size IS 'loss_amount / loss_trades, SOL';
COMMENT ON COLUMN leaderboards.risk_score IS
    'Baseline: LEAST(100, ABS(loss_amount_24h) * 10 + loss_trades_24h * 2); model_risk_score is the model''s';
