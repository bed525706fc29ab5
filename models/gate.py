"""Whether a challenger becomes the champion, and what else people should know about it."""

import math
from dataclasses import dataclass, field

from models.evaluate import Metrics, Verdict
from models.spec import Acceptance

#: A challenger may be this much worse in logloss on the same test days: less is noise between two weekly trainings.
LOGLOSS_MARGIN = 0.002


@dataclass(frozen=True)
class Decision:
    """`reasons` say why the challenger stays one; empty means that it is promoted. `remarks` are bars it misses."""

    reasons: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_promoted(self) -> bool:
        """Whether the challenger becomes the champion."""
        return not self.reasons


def decide(challenger: Verdict, bars: Acceptance, champion: Metrics | None) -> Decision:
    """Finite, no worse than the base rate, and no worse than the champion (on the same test days) beyond the margin."""
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


def remarks(verdict: Verdict, bars: Acceptance) -> list[str]:
    """The quality bars that the measures miss, and the one that asks for a leak to be looked for."""
    ours, found = verdict.model, []
    if ours["auc_exposed"] < bars.auc_exposed:
        found.append(f"AUC on exposed rows {ours['auc_exposed']:.3f} is below {bars.auc_exposed}")
    if ours["auc_exposed"] > bars.auc_suspicious:
        found.append(f"AUC on exposed rows {ours['auc_exposed']:.3f} is above {bars.auc_suspicious}: look for a leak")
    if ours["brier_skill"] < bars.brier_skill:
        found.append(f"Brier skill {ours['brier_skill']:.3f} is below {bars.brier_skill}")
    if ours["ece"] > bars.ece:
        found.append(f"calibration error {ours['ece']:.3f} is above {bars.ece}")
    if not ours["auc_over_formula_low"] > 0:
        found.append("the AUC gain over the formula is not clear of zero")
    return found
