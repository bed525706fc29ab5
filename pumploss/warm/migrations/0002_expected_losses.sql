-- How much is lost, beside how likely a loss is. What was published shows T alone and is made anew by the next publish.
TRUNCATE loss_predictions;
ALTER TABLE loss_predictions
    ADD COLUMN p_trade double precision NOT NULL CHECK (p_trade BETWEEN 0 AND 1),
    ADD COLUMN p_loss_if_exposed double precision NOT NULL CHECK (p_loss_if_exposed BETWEEN 0 AND 1),
    ADD COLUMN expected_loss_sol double precision NOT NULL CHECK (expected_loss_sol >= 0),
    ADD COLUMN loss_p50_sol double precision NOT NULL CHECK (loss_p50_sol >= 0),
    ADD COLUMN loss_p90_sol double precision NOT NULL CHECK (loss_p90_sol >= loss_p50_sol);
COMMENT ON COLUMN loss_predictions.p_trade IS 'Probability of trading in the window, or holding what was marked lately';
COMMENT ON COLUMN loss_predictions.p_loss IS 'p_trade * p_loss_if_exposed';
COMMENT ON COLUMN loss_predictions.expected_loss_sol IS 'Expected loss in the window, gains counted as 0, SOL';

CREATE TABLE expected_losers (
    rank integer NOT NULL CHECK (rank BETWEEN 1 AND 1000),
    trader text COLLATE "C" NOT NULL,
    expected_loss_sol double precision NOT NULL CHECK (expected_loss_sol > 0),
    loss_p50_sol double precision NOT NULL CHECK (loss_p50_sol >= 0),
    loss_p90_sol double precision NOT NULL CHECK (loss_p90_sol >= loss_p50_sol),
    p_loss double precision NOT NULL CHECK (p_loss BETWEEN 0 AND 1),
    p_severe double precision NOT NULL CHECK (p_severe BETWEEN 0 AND p_loss),
    model_risk_score double precision NOT NULL CHECK (model_risk_score BETWEEN 0 AND 100),
    horizon_days integer NOT NULL,
    as_of timestamptz NOT NULL,
    PRIMARY KEY (rank)
);
CREATE INDEX ON expected_losers (trader);
COMMENT ON TABLE expected_losers IS 'The traders who are about to lose most in [as_of, as_of + horizon), by expected loss';
