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
        Column("p_loss", Type.DOUBLE, "Calibrated probability of losing more than 0.01 SOL in the window"),
        Column("p_severe", Type.DOUBLE, "Calibrated probability of a severe loss in the window"),
        Column("risk_score", Type.DOUBLE, "0-100: 50 is the reference risk, ten points double the odds"),
        Column("risk_band", Type.STRING, "`very low`, `low`, `medium`, `high` or `very high`"),
        Column("risk_percentile", Type.DOUBLE, "Share of that day's eligible traders with a lower risk, 0-1"),
        Column("baseline_score", Type.DOUBLE, "LEAST(100, loss_24h x 10 + loss_trades_24h x 2), the formula to beat"),
        Column("reasons", Type.STRING, "JSON list of the feature groups that raise the risk most"),
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
        *within("risk_score", 0, 100, "the published range"),
        *within("risk_percentile", 0, 1, "a share of the day's traders"),
        *within("baseline_score", 0, 100, "the published range"),
        holds("risk_band IN ('very low', 'low', 'medium', 'high', 'very high')", "an unknown band reads as no risk"),
        holds("scored_at = as_of", "a score is as of T, never as of the clock"),
    ),
)
