"""Specifies a model before it has seen data: target, parameters, seed and the bars that it is held against."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

#: LightGBM's settings, the same for all trees. No class weights: they ruin probabilities. The constraint method is
#: `intermediate` because `advanced` breaks constraints where features are missing. One thread count, fixed, so that
#: two runs on one machine grow the same trees.
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "max_depth": 4,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "path_smooth": 10.0,
    "max_bin": 63,
    "monotone_constraints_method": "intermediate",
    "deterministic": True,
    # The same trees as row by row, in two thirds of the time.
    "force_col_wise": True,
    # Edges of 63 bins of so many drawn rows are as good as those of all.
    "bin_construct_sample_cnt": 50_000,
    "num_threads": 2,
    "verbosity": -1,
}

#: Early stopping would need one more slice, later than training and apart from calibration, with a purge of its own:
#: two weeks of the newest labels. Shallow trees with this many rounds are far from overfitting.
ROUNDS = 200
#: Who trades at all is easy, and amounts are noisy: both need fewer trees, which may learn faster.
OTHER_ROUNDS = 60
OTHER_RATE = 0.1

#: Where there are more rows than this, trees learn from every second, at most every third as-of day: windows of seven
#: days overlap by six, so a row says little that the trader's rows before and after do not.
MANY_ROWS, LONGEST_STRIDE = 3_000, 3

#: Where these are still more, each trader keeps fewer days of its own: trees of 15 leaves hardly gain by more rows.
#: Calibrated and judged are all.
MOST_LEARNED = 200_000

#: The requester's own list of inputs (`LossPredictionFeatures`).
SEED_INPUTS = (
    "total_trades_30d", "win_rate_30d", "avg_loss_size_30d", "max_loss_streak_30d", "trade_frequency_30d",
    "preferred_tokens_30d", "time_patterns_30d", "position_sizing_30d", "hold_duration_30d", "diversification_30d",
    "market_conditions_30d", "token_volatility_30d",
)  # fmt: skip


@dataclass(frozen=True)
class Acceptance:
    """Sets quality bars. Falling short is reported, neither hidden nor fatal; `suspicious` asks to look for a leak.

    Above `single_auc` or `most_auc` nothing is promoted: so much of the future is not to be known.
    """

    auc_exposed: float
    auc_suspicious: float
    #: What no input may reach by itself.
    single_auc: float
    brier_skill: float = 0.03
    ece: float = 0.03
    #: What all inputs together may reach among the exposed. A simulated market, whose habits are planted, gives 0.71,
    #: and whoever knew the true chance of every trader would reach 0.87 if these were spread as widely as 0.3 around
    #: 0.65: above 0.90 the outcome is among the inputs.
    most_auc: float = 0.90


@dataclass(frozen=True)
class ModelSpec:
    """Specifies one model: its registered name, the label column it predicts, and everything that decides its trees.

    A hurdle model asks three questions: who is exposed, who of these loses (its main trees), and how much.
    `other_rounds` are the trees of its other questions, `other_rate` is how fast they learn. `many_rows` and
    `longest_stride` say how days are thinned, `most_learned` from how many rows on each trader keeps days of its own.
    """

    name: str
    target: str
    purpose: str
    acceptance: Acceptance
    rounds: int = ROUNDS
    seed: int = 20_240_119
    parameters: dict[str, Any] = field(default_factory=lambda: dict(PARAMETERS))
    has_score: bool = False
    is_hurdle: bool = False
    other_rounds: int = OTHER_ROUNDS
    other_rate: float = OTHER_RATE
    many_rows: int = MANY_ROWS
    longest_stride: int = LONGEST_STRIDE
    most_learned: int = MOST_LEARNED

    def params_hash(self, **more: object) -> str:
        """Digest what decides the result beside the data; `more` are versions that it also depends on."""
        text = json.dumps({**asdict(self), **more}, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:32]
