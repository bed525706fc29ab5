"""Decides whether a challenger becomes the champion, and says what else people should know about it."""

import itertools
import math
from dataclasses import dataclass, field

from models.amount import QUANTILES
from models.evaluate import Evaluation, Metrics
from models.spec import Acceptance

#: A challenger may be this much worse in logloss on the same test days: less is noise between two weekly trainings.
LOGLOSS_MARGIN = 0.002

#: What a challenger must beat: in logloss with certainty, ...
RIVALS = ("formula", "persistence", "fading_loss_ratio", "volume", "logistic")
#: ... and in SOL captured by the top tenth with certainty.
MONEY_RIVAL = "volume"

#: A slice may be off by this much: predicted against observed rate.
MOST_OFF = 0.03

#: So well may trees tell locked days from training days, and by so much may the share of rows without an input differ,
#: or of those where it is 0.
MOST_ADVERSARIAL_AUC, MOST_MISSING_GAP, MOST_ZERO_GAP = 0.9, 0.25, 0.25

#: The amounts of a hurdle model: what it expects in all may be so many times what was lost, or so small a part of it,
#: before it is refused, and as far from it before that is remarked; the same of the share of losses up to P90, and of
#: how much worse a quantile may be than one amount for all.
MOST_TIMES, REMARKED_TIMES = 2.0, 1.25
LEAST_COVERED, REMARKED_COVERED = 0.80, 0.87
LEAST_SKILL = -0.02

#: An AUC may be so much better on the rows that were learned from before it is remarked.
MOST_OVERFITTED = 0.08

#: How well the whole model ranks the exposed; a hurdle model by the question that is asked of them alone, too.
WHOLE = ("auc_exposed", "auc_if_exposed")


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
    """Promote what is finite, beats every baseline, and is not worse than the champion by more than the margin.

    A first model is held to the same: where nothing is better than sorting by volume, no scores are better than some.
    """
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
    reasons += [*_beaten(challenger), *_bands(challenger), *_slices(challenger), *_leaks(challenger, bars)]
    reasons += [one.finding for one in challenger.large_losses if one.is_certain]
    reasons += _amounts(ours, MOST_TIMES, LEAST_COVERED)
    return Decision(reasons, remarks(challenger, bars))


def _beaten(challenger: Evaluation) -> list[str]:
    """List the baselines that the challenger does not beat with certainty; what was not compared counts as such."""
    wanted = [f"logloss_of_{name}" for name in RIVALS] + [f"captured_over_{MONEY_RIVAL}"]
    said = []
    for name in wanted:
        found = challenger.comparisons.get(name)
        if found is None:
            said.append(f"{name} was not measured")
        elif not found.is_above:
            said.append(
                f"{name} is {found.value:+.4f}, 95 % from {found.low:+.4f} to {found.high:+.4f}: not clear of 0"
            )
    return said


def _amounts(ours: Metrics, times: float, covered: float) -> list[str]:
    """Say where the amounts of a hurdle model are not what was lost; a model of one question has none."""
    said = []
    ratio, share = ours.get("expected_over_lost"), ours.get("coverage_p90")
    if ratio is not None and not 1 / times <= ratio <= times:
        said.append(f"expected losses are {ratio:.2f} times what was lost: beyond {1 / times:.2f} to {times:.2f}")
    if share is not None and not share >= covered:
        said.append(f"{share:.1%} of the losses lie up to P90, fewer than {covered:.0%}")
    for name in QUANTILES:
        skill = ours.get(f"pinball_skill_{name}")
        if skill is not None and not skill >= LEAST_SKILL:
            said.append(f"{name.upper()} is worse than one amount for all: pinball skill {skill:.3f}")
    return said


def _bands(challenger: Evaluation) -> list[str]:
    """Say where the observed rate does not rise from band to band; empty bands say nothing."""
    rates = [(band.name, band.rate) for band in challenger.bands if math.isfinite(band.rate)]
    return [
        f"{name} loses severely in {rate:.3f}, {lower} in {before:.3f}: bands must rise"
        for (lower, before), (name, rate) in itertools.pairwise(rates)
        if not rate > before
    ]


def _slices(challenger: Evaluation) -> list[str]:
    """Name the slices whose predictions are off, or rank the wrong way round, with certainty."""
    return [
        f"{part.name}: AUC {part.auc:.3f} of {part.rows} rows, at most {part.auc_high:.3f} with certainty: who loses "
        "is ranked below who does not"
        for part in challenger.slices
        if part.is_upside_down
    ] + [
        f"{part.name}: predicted {part.predicted:.3f}, observed {part.observed:.3f} of {part.rows} rows, 95 % of the "
        f"difference {part.low:+.3f} to {part.high:+.3f}: off by more than {MOST_OFF}"
        for part in challenger.slices
        if part.is_off(MOST_OFF)
    ]


def _leaks(challenger: Evaluation, bars: Acceptance) -> list[str]:
    """Name the inputs that tell more than can be known at T, or another thing than they were learned as."""
    found = challenger.leaks
    if found is None:
        return [*_whole(challenger, bars), "leaks were not looked for"]
    said = _whole(challenger, bars)
    if found.single_auc > bars.single_auc:
        alone = (
            f"{found.single_input} alone ranks the exposed rows with an AUC of {found.single_auc:.3f}, above "
            f"{bars.single_auc}: it may know what came after T"
        )
        # What one input tells needs no second reason.
        said = [alone]
    if found.adversarial_auc > MOST_ADVERSARIAL_AUC:
        said.append(
            f"training and locked days are told apart with an AUC of {found.adversarial_auc:.3f}, above "
            f"{MOST_ADVERSARIAL_AUC}, most by {found.adversarial_input}: it says what time it is"
        )
    if found.missing_gap > MOST_MISSING_GAP:
        said.append(
            f"{found.missing_input} is missing in {found.missing_gap:.0%} more, or fewer, of the locked rows than of "
            "the training rows"
        )
    if found.zero_gap > MOST_ZERO_GAP:
        said.append(
            f"{found.zero_input} is 0 in {found.zero_gap:.0%} more, or fewer, of the locked rows than of the training "
            "rows"
        )
    return said


def _whole(challenger: Evaluation, bars: Acceptance) -> list[str]:
    """Say where all inputs together tell more than can be known: what none shows alone, if it is strong, shows here."""
    ours = challenger.model
    return [
        f"{name} is {ours[name]:.3f}, above {bars.most_auc}: no model knows so much of what comes after T"
        for name in WHOLE
        if ours.get(name, 0.0) > bars.most_auc
    ]


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
    if (overfitted := ours.get("auc_exposed_train", 0.0) - ours["auc_exposed"]) > MOST_OVERFITTED:
        missed.append(
            f"AUC on exposed rows is {overfitted:.3f} better where it learned: overfitted, above {MOST_OVERFITTED}"
        )
    if not ours["auc_over_formula_low"] > 0:
        missed.append("the AUC gain over the formula is not clear of zero")
    missed += [one.finding for one in evaluation.large_losses if one.is_too_many and not one.is_certain]
    return [*missed, *_amounts(ours, REMARKED_TIMES, REMARKED_COVERED)]
