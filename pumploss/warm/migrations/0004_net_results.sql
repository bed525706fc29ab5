-- What was won back stands beside what was lost; a score has one meaning in every table; days lie in a schema of their own.
ALTER TABLE leaderboards RENAME COLUMN risk_score TO baseline_score;
ALTER TABLE leaderboards RENAME COLUMN model_risk_score TO risk_score;
ALTER TABLE expected_losers RENAME COLUMN model_risk_score TO risk_score;
-- Not known of the boards that older code has published.
ALTER TABLE leaderboards ADD COLUMN net_amount numeric;

CREATE TABLE net_losers (
    period text COLLATE "C" NOT NULL CHECK (period IN ('24h', '7d', '30d', 'all')),
    rank integer NOT NULL CHECK (rank BETWEEN 1 AND 1000),
    trader text COLLATE "C" NOT NULL,
    net_amount numeric NOT NULL CHECK (net_amount < 0),
    loss_amount numeric NOT NULL CHECK (loss_amount <= 0),
    loss_trades bigint NOT NULL CHECK (loss_trades >= 0),
    net_amount_24h numeric NOT NULL,
    net_amount_all_time numeric NOT NULL,
    risk_score double precision CHECK (risk_score BETWEEN 0 AND 100),
    as_of timestamptz NOT NULL,
    PRIMARY KEY (period, rank)
);
CREATE INDEX ON net_losers (trader);

CREATE SCHEMA pumploss_parts;
REVOKE ALL ON SCHEMA pumploss_parts FROM PUBLIC;
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT i.inhrelid FROM pg_inherits i
        WHERE i.inhparent IN ('public.trades_timeseries'::regclass, 'public.daily_losses'::regclass)
            -- Chunks of a hypertable belong to the extension.
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = i.inhrelid AND d.deptype = 'e')
            AND EXISTS (SELECT FROM pg_class c WHERE c.oid = i.inhparent AND c.relkind = 'p')
    LOOP
        EXECUTE format('ALTER TABLE %s SET SCHEMA pumploss_parts', part);
    END LOOP;
END
$$;
