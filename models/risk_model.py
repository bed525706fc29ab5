"""Specifies the risk model: how likely a severe loss is in the days after T, and from it the 0-100 score."""

from models.spec import Acceptance, ModelSpec

SPEC = ModelSpec(
    name="risk-score",
    target="is_severe_loss",
    purpose=(
        "Calibrated probability that a trader loses at least 5 SOL, or 1 SOL and a quarter of the capital at risk, "
        "within the horizon after T, published as a 0-100 score of fixed meaning."
    ),
    # Who stakes much loses severely more often, so this is better known than who loses at all: 0.80 on the market.
    acceptance=Acceptance(auc_exposed=0.70, auc_suspicious=0.90, single_auc=0.85, most_auc=0.93),
    has_score=True,
)
