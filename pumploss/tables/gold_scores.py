"""Declares scores of every eligible trader as of T, with the models that gave them and the reasons."""

from pumploss import columns as c
from pumploss.contract import Column, Table, Type, holds, within

TABLE = Table(
    name="gold_scores",
    description="Calibrated probabilities, the 0-100 risk score and its reasons, per eligible trader and T.",
    columns=(
        c.TRADER,
        c.AS_OF,
        c.HORIZON,
        Column(
            "p_trade",
            Type.DOUBLE,
            "Calibrated probability of being exposed: trading, or holding what was marked lately",
        ),
        Column("p_loss_if_exposed", Type.DOUBLE, "Calibrated probability that who is exposed loses more than 0.01 SOL"),
        Column("p_loss", Type.DOUBLE, "Probability of losing more than 0.01 SOL in the window: their product"),
        Column(
            "p_severe",
            Type.DOUBLE,
            "Calibrated probability of a severe loss in the window, at most `p_loss`; at least 0.1 where "
            "`loss_p90_sol` is 5 or more",
        ),
        Column("expected_loss_sol", Type.DOUBLE, "Expected loss in the window, gains counted as 0"),
        Column("loss_p50_sol", Type.DOUBLE, "Loss in the window that is passed with even odds"),
        Column("loss_p90_sol", Type.DOUBLE, "Loss in the window that one in ten such traders passes"),
        Column("risk_score", Type.DOUBLE, "0-100: 50 is the reference risk, five points double the odds"),
        Column("risk_band", Type.STRING, "`very low`, `low`, `medium`, `high` or `very high`"),
        Column("risk_percentile", Type.DOUBLE, "Share of that day's eligible traders with a lower risk, 0-1"),
        Column("baseline_score", Type.DOUBLE, "LEAST(100, loss_24h x 10 + loss_trades_24h x 2), the formula to beat"),
        Column(
            "reasons",
            Type.STRING,
            "JSON list of the three to five groups of features that raise the risk most, strongest first: `group`, "
            "`contribution` (log-odds), its strongest `feature`, what that adds alone (`feature_contribution`), its "
            "`value`, `peer_median` among all wallets, and `text`; last, where the loss model moves the risk, group "
            "`p_loss` with what it takes off, or `loss_p90_sol` or `loss_p50_sol` with what it adds; empty below "
            "`medium` where less than 1 SOL is said to be lost, on average and in one case of ten",
        ),
        Column("loss_model_version", Type.STRING, "Registered version of `loss-prediction`"),
        Column("risk_model_version", Type.STRING, "Registered version of `risk-score`"),
        Column("score_version", Type.STRING, "Version of the map from probability to score"),
        Column("features_hash", Type.STRING, "MD5 over the feature vector that was scored"),
        Column("scored_at", Type.TIMESTAMP, "T"),
        c.KNOWN_AT,
        Column("score_day", Type.DATE, "The UTC day that starts at T"),
    ),
    key=("trader_address", "as_of", "horizon_days"),
    partition_by=("score_day",),
    order_by=("trader_address",),
    checks=(
        *within("p_loss", 0, 1, "a probability"),
        *within("p_severe", 0, 1, "a probability"),
        *within("p_trade", 0, 1, "a probability"),
        *within("p_loss_if_exposed", 0, 1, "a probability"),
        *within("expected_loss_sol", 0, None, "gains count as 0"),
        *within("loss_p50_sol", 0, None, "gains count as 0"),
        holds("p_severe <= p_loss", "who loses severely, loses"),
        holds("loss_p50_sol <= loss_p90_sol", "quantiles do not cross"),
        *within("risk_score", 0, 100, "the published range"),
        *within("risk_percentile", 0, 1, "a share of the day's traders"),
        *within("baseline_score", 0, 100, "the published range"),
        holds("risk_band IN ('very low', 'low', 'medium', 'high', 'very high')", "an unknown band reads as no risk"),
        holds(
            "risk_band NOT IN ('very low', 'low') OR expected_loss_sol >= 1 OR loss_p90_sol >= 1 OR reasons = '[]'",
            "there is nothing to explain",
        ),
        holds("scored_at = as_of", "a score is as of T, never as of the clock"),
    ),
)
