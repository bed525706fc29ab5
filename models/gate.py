"""Decides whether a challenger becomes the champion, and says what else people should know about it."""

import math
from dataclasses import dataclass, field

from models.evaluate import Evaluation, Metrics
from models.spec import Acceptance

#: A challenger may be this much worse in logloss on the same test days: less is noise between two weekly trainings.
LOGLOSS_MARGIN = 0.002


@dataclass(frozen=True)
class Decision:
    """Says why the challenger stays one (`reasons`; none: it is promoted) and which bars it misses (`remarks`)."""

    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_promoted(self) -> bool:
        """Tell whether the challenger becomes the champion."""
        return not self.reasons


def decide(challenger: Evaluation, bars: Acceptance, champion: Metrics | None) -> Decision:
    """Promote what is finite, no worse than the base rate, and not worse than the champion by more than the margin."""
    ours, reasons = challenger.model, []
    broken = sorted(name for name, value in ours.items() if not math.isfinite(value))
    if broken:
        reasons.append(f"not finite: {', '.join(broken)}")
    rate = challenger.baselines["base_rate"]["logloss"]
    if not ours["logloss"] <= rate:
        reasons.append(f"logloss {ours['logloss']:.4f} is worse than {rate:.4f} of the base rate")
    if champion is not None and not ours["logloss"] <= champion["logloss"] + LOGLOSS_MARGIN:
        reasons.append(
            f"logloss {ours['logloss']:.4f} is worse than the champion's {champion['logloss']:.4f} on the same days by "
            f"more than {LOGLOSS_MARGIN}"
        )
    return Decision(reasons, remarks(challenger, bars))


def remarks(evaluation: Evaluation, bars: Acceptance) -> list[str]:
    """List the quality bars that the measures miss, and the one that asks for a leak to be looked for."""
    ours, missed = evaluation.model, []
    if ours["auc_exposed"] < bars.auc_exposed:
        missed.append(f"AUC on exposed rows {ours['auc_exposed']:.3f} is below {bars.auc_exposed}")
    if ours["auc_exposed"] > bars.auc_suspicious:
        missed.append(f"AUC on exposed rows {ours['auc_exposed']:.3f} is above {bars.auc_suspicious}: look for a leak")
    if ours["brier_skill"] < bars.brier_skill:
        missed.append(f"Brier skill {ours['brier_skill']:.3f} is below {bars.brier_skill}")
    if ours["ece"] > bars.ece:
        missed.append(f"calibration error {ours['ece']:.3f} is above {bars.ece}")
    if not ours["auc_over_formula_low"] > 0:
        missed.append("the AUC gain over the formula is not clear of zero")
    return missed
