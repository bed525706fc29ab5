"""Makes of what a model's trees said what the model answers."""

from models.baselines import Contender
from models.crossfit import MAIN, Raw
from models.scoring.calibration import sigmoid
from models.scoring.coherent import Losses, coherent
from models.scoring.predictor import OTHERS, Predictor


def answers(predictor: Predictor, said: Raw) -> tuple[Contender, Losses | None]:
    """Make of what a model's trees said what the model answers, to the last bit; losses of a hurdle model only.

    `said` has amounts as the trees have them (`Asked.said`): the predictor smears them.
    """
    if predictor.amount is None:
        log_odds = predictor.calibrator.log_odds(said[MAIN])
        return Contender(log_odds, sigmoid(log_odds)), None
    losses = coherent(predictor.told(said[MAIN], {name: said[name] for name in OTHERS}), predictor.amount)
    return Contender(losses.p_loss, losses.p_loss, losses.expected_loss_sol), losses
