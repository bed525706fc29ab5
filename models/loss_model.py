"""Specifies the loss model: who trades in the days after T, who of these loses more than dust, and how much."""

from models.spec import Acceptance, ModelSpec

#: Two questions, since telling active from inactive traders is the easy part: who is exposed, asked of every eligible
#: trader, and who loses, learned from the exposed alone. The product is the probability that is published and judged.
SPEC = ModelSpec(
    name="loss-prediction",
    target="is_loss",
    purpose=(
        "Calibrated probability that a trader's equity falls by more than 0.01 SOL within the horizon after T, that of "
        "being exposed at all, and the SOL that is lost: expected, median and 90th percentile."
    ),
    acceptance=Acceptance(auc_exposed=0.62, auc_suspicious=0.80, single_auc=0.75),
    is_hurdle=True,
)
