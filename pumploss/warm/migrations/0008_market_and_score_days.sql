-- Days of the whole market, and scores of each T, beside those of the latest. The next publish fills them.
CREATE TABLE market_days (
    day date NOT NULL PRIMARY KEY,
    trades bigint NOT NULL CHECK (trades >= 0),
    buys bigint NOT NULL CHECK (buys >= 0),
    sells bigint NOT NULL CHECK (buys + sells = trades),
    traders bigint NOT NULL CHECK (traders >= 0),
    tokens bigint NOT NULL CHECK (tokens >= 0),
    new_tokens bigint NOT NULL CHECK (new_tokens >= 0),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    fees_sol numeric NOT NULL,
    realised_sol numeric NOT NULL,
    loss_sol numeric NOT NULL CHECK (loss_sol <= 0),
    matched_sells bigint NOT NULL CHECK (matched_sells >= 0),
    losing_sells bigint NOT NULL CHECK (losing_sells BETWEEN 0 AND matched_sells),
    losing_sell_share double precision CHECK (losing_sell_share BETWEEN 0 AND 1)
);

CREATE TABLE score_days (
    day date NOT NULL,
    trader_address text COLLATE "C" NOT NULL,
    horizon_days integer NOT NULL,
    risk_score double precision NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    risk_band text COLLATE "C" NOT NULL,
    p_loss double precision NOT NULL CHECK (p_loss BETWEEN 0 AND 1),
    p_severe double precision NOT NULL CHECK (p_severe BETWEEN 0 AND 1),
    expected_loss_sol double precision NOT NULL CHECK (expected_loss_sol >= 0),
    loss_model_version text COLLATE "C" NOT NULL,
    risk_model_version text COLLATE "C" NOT NULL,
    score_version text COLLATE "C" NOT NULL,
    PRIMARY KEY (trader_address, day, horizon_days)
) PARTITION BY RANGE (day);
