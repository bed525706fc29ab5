"""Specifies the loss model: how likely a trader is to lose more than dust in the seven days after T."""

from models.spec import Acceptance, ModelSpec

#: Trained on every eligible row, so the probability is unconditional: who neither trades nor holds anything cannot
#: lose. The headline AUC is on exposed rows, because telling active from inactive traders is the easy part.
SPEC = ModelSpec(
    name="loss-prediction",
    target="is_loss",
    purpose="Calibrated probability that a trader's equity falls by more than 0.01 SOL within seven days of T.",
    acceptance=Acceptance(auc_exposed=0.62, auc_suspicious=0.80),
)
