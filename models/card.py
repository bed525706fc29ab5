"""Writes the model card: what a version is for, what it was made from, how good it is and where it ends."""

import math
from collections.abc import Mapping

from models.score import BANDS
from models.training import Trained

_COLUMNS = (
    ("auc_exposed", "AUC, exposed"),
    ("auc_all", "AUC, all"),
    ("pr_auc_minority", "PR-AUC, rarer class"),
    ("brier", "Brier"),
    ("brier_skill", "Brier skill"),
    ("logloss", "Logloss"),
    ("ece", "ECE"),
    ("loss_captured_top_decile", "Loss in top 10 %"),
    ("lift_top_decile", "Lift, top 10 %"),
)

_CARD = """# {name}

{purpose}

Not advice, and not a decision on credit or fraud. A wallet is not a person: one person can have many.

**Label** `{target}`, version {label_version}: change of liquidation equity over [T, T + {horizon} d), fees included,
open positions at what they would fetch. **Population**: eligible traders of `gold_trader_features`; *exposed* are
those who traded in the window or held 0.01 SOL of exit value at T. Bots are kept. Features are from trades before T.

**Data** (feature set {feature_set_version}, frame {frame})

{data}

**Measures on the test days**, which neither training nor calibration has seen; {purge} days before are left out.

{table}

AUC over the formula, exposed: {gain:+.3f} (95 % by days {low:+.3f} to {high:+.3f}). On the training days the exposed
AUC is {train:.3f}. Calibration line: slope {slope:.2f}, intercept {intercept:+.2f}. The base rate is that of the
calibration days; formula and volume are fitted on the same days as the model's calibration.

**Measures on simulated data prove that the machinery works, and nothing about the market.**
{score}
**Limits**: trades off pump.fun and PumpSwap, priority fees and transfers are not seen; marks are those of one seller
alone; outcomes are clustered by day, so a week of test days is few. {short}Reasons are associations in groups of
features, in log-odds, not causes.

**Leakage**: features are computed from `traded_at < T`, joined at or before T and known by T; slices are apart by the
label's horizon; the calibrator never sees test days; no identifier is an input.

**Drift**: recalibrate when mean probability and matured rate differ by more than 0.03; look when the score's
population stability index passes 0.10, act at 0.25. **Rollback**: set the alias `champion` to the version of
`previous`; scores record the version that made them. **Owner**: who runs the nightly pipeline.
"""


def model_card(trained: Trained, tags: Mapping[str, str]) -> str:
    """Write the card in Markdown; `tags` are those of the version."""
    ours = trained.evaluation.model
    data = "\n".join(f"- {name}: {tags[name]}" for name in sorted(tags) if name.startswith(("data_", "range_")))
    is_short = trained.parts.is_short
    return _CARD.format(
        name=trained.spec.name,
        purpose=trained.spec.purpose,
        target=trained.spec.target,
        label_version=tags.get("label_version", "?"),
        feature_set_version=tags.get("feature_set_version", "?"),
        frame=tags.get("frame_sha256", "?")[:16],
        horizon=trained.parts.horizon_days,
        purge=trained.parts.horizon_days - 1,
        data=data,
        table=_table(trained),
        gain=ours["auc_over_formula"],
        low=ours["auc_over_formula_low"],
        high=ours["auc_over_formula_high"],
        train=ours["auc_exposed_train"],
        slope=ours["calibration_slope"],
        intercept=ours["calibration_intercept"],
        score=_score(trained),
        short="The history is short: fewer than 28 training days. " if is_short else "",
    )


def _table(trained: Trained) -> str:
    rows = {"model": trained.evaluation.model, **trained.evaluation.baselines}
    lines = ["| | " + " | ".join(title for _, title in _COLUMNS) + " |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, measures in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{measures.get(key, math.nan):.3f}" for key, _ in _COLUMNS) + " |")
    return "\n".join(lines)


def _score(trained: Trained) -> str:
    if trained.score_map is None:
        return ""
    bands = ", ".join(f"{name} from {lowest:g}" for name, lowest in BANDS)
    fixed = trained.score_map
    text = f"version {fixed.version}: 50 is odds of {fixed.odds_reference:.4g}, ten points double the odds"
    return f"\n**Score** {text}. Bands: {bands}.\n"
