-- Sums of trades by trader, token and hour, so that no reader adds trades up. The next publish fills them.
CREATE TABLE trader_days (
    day date NOT NULL,
    trader_address text COLLATE "C" NOT NULL,
    trades bigint NOT NULL CHECK (trades > 0),
    tokens bigint NOT NULL CHECK (tokens > 0),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    realised_sol numeric NOT NULL,
    loss_sol numeric NOT NULL CHECK (loss_sol <= 0),
    PRIMARY KEY (trader_address, day)
) PARTITION BY RANGE (day);

CREATE TABLE token_days (
    day date NOT NULL,
    token_mint text COLLATE "C" NOT NULL,
    trades bigint NOT NULL CHECK (trades > 0),
    traders bigint NOT NULL CHECK (traders > 0),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    realised_sol numeric NOT NULL,
    first_trade timestamptz NOT NULL,
    last_trade timestamptz NOT NULL,
    PRIMARY KEY (token_mint, day)
) PARTITION BY RANGE (day);

CREATE TABLE token_hours (
    hour timestamptz NOT NULL,
    token_mint text COLLATE "C" NOT NULL,
    trades bigint NOT NULL CHECK (trades > 0),
    traders bigint NOT NULL CHECK (traders > 0),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    realised_sol numeric NOT NULL,
    PRIMARY KEY (token_mint, hour)
) PARTITION BY RANGE (hour);

CREATE TABLE token_trader_days (
    day date NOT NULL,
    token_mint text COLLATE "C" NOT NULL,
    trader_address text COLLATE "C" NOT NULL,
    trades bigint NOT NULL CHECK (trades > 0),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    realised_sol numeric,
    held_tokens numeric NOT NULL,
    first_trade timestamptz NOT NULL,
    last_trade timestamptz NOT NULL,
    PRIMARY KEY (token_mint, trader_address, day)
) PARTITION BY RANGE (day);

CREATE TABLE busy_tokens (
    token_mint text COLLATE "C" NOT NULL PRIMARY KEY,
    traders bigint NOT NULL CHECK (traders > 0),
    losers bigint NOT NULL CHECK (losers <= sellers),
    sellers bigint NOT NULL CHECK (sellers <= traders),
    trades bigint NOT NULL CHECK (trades >= traders),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    realised_sol numeric NOT NULL,
    holders bigint NOT NULL CHECK (holders <= traders),
    first_trade timestamptz NOT NULL,
    last_trade timestamptz NOT NULL
);

CREATE TABLE busy_token_losers (
    token_mint text COLLATE "C" NOT NULL,
    rank integer NOT NULL CHECK (rank BETWEEN 1 AND 1000),
    trader_address text COLLATE "C" NOT NULL,
    realised_sol numeric,
    trades bigint NOT NULL CHECK (trades > 0),
    volume_sol numeric NOT NULL CHECK (volume_sol >= 0),
    held_tokens numeric NOT NULL,
    PRIMARY KEY (token_mint, rank)
);
