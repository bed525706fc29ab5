-- Losses of all traders together, by day: a reader would add up millions of rows for them.
CREATE TABLE daily_loss_sums (
    day date NOT NULL,
    losers bigint NOT NULL CHECK (losers >= 1),
    losing_sells bigint NOT NULL CHECK (losing_sells >= 1),
    loss_sol numeric NOT NULL CHECK (loss_sol <= 0),
    PRIMARY KEY (day)
);
INSERT INTO daily_loss_sums
SELECT day, count(*), sum(loss_count)::bigint, sum(daily_loss) FROM daily_losses GROUP BY day;
