"""What decides the hash of a model's parameters."""

from dataclasses import replace

from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK


def test_parameters_and_versions_decide_the_params_hash():
    assert LOSS.params_hash(a=1) == LOSS.params_hash(a=1)
    assert (
        len(
            {
                LOSS.params_hash(a=1),
                LOSS.params_hash(a=2),
                RISK.params_hash(a=1),
                replace(LOSS, seed=1).params_hash(a=1),
            }
        )
        == 4
    )
