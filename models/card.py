"""Writes the model card: what a version is for, what it was made from, how good it is and where it ends."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.large_losses import LARGE_SOL, MOST_SAFE, SAFE
from models.scoring.score import POINTS_PER_DOUBLING

if TYPE_CHECKING:
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
those who traded in the window, or held 0.01 SOL of exit value at T by marks of the week before. Bots are kept. Features
are from trades before T.

**Data** (feature set {feature_set_version}, frame {frame})

{data}

**Measures on the locked days**, which neither training nor calibration of what is judged has seen; {purge} days
before are left out. What serves is a **refit** in the same way on all days, calibrated on the folds and the locked
days: it has seen every day, so no day can judge it, and these measures are of its twin without the locked days.

{table}

**Week by week before**, each by trees of earlier days alone, calibrated on the other weeks:

{folds}

{hurdle}**Beside the baselines**, each calibrated on the same days as the model; above zero the model is better, with
the 95 % interval over traders and weeks:

{comparisons}

**Slices**, predicted against observed rate; one with fewer than 500 outcomes of either kind says nothing:

{slices}
{doubts}
AUC over the formula, exposed: {gain:+.3f} (95 % by days {low:+.3f} to {high:+.3f}). On the training days the exposed
AUC is {train:.3f}. Calibration line: slope {slope:.2f}, intercept {intercept:+.2f}. The base rate is that of the
calibration days.

**Measures on simulated data prove that the machinery works, and nothing about the market.**
{score}
**Limits**: trades off pump.fun and PumpSwap, priority fees and transfers are not seen; marks are those of one seller
alone; outcomes are clustered by day, so two weeks of locked days are few. {short}Reasons are associations in groups of
features, in log-odds, not causes.

**Leakage**: features are computed from `traded_at < T`, joined at or before T and known by T; slices are apart by the
label's horizon; no calibrator of what is judged sees locked days; no identifier is an input.

**Drift**: recalibrate when mean probability and matured rate differ by more than 0.03; look when the score's
population stability index passes 0.10, act at 0.25. **Rollback**: `pumploss model rollback NAME`
goes back to the version before; scores record the version that made them. **Owner**: who runs the nightly pipeline.
"""


def model_card(trained: "Trained", tags: Mapping[str, str]) -> str:
    """Write the card in Markdown; `tags` are those of the version."""
    ours = trained.evaluation.model
    data = "\n".join(f"- {name}: {tags[name]}" for name in sorted(tags) if name.startswith(("data_", "range_")))
    short = trained.parts.shortfalls
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
        hurdle=_hurdle(ours) if "auc_trade" in ours else "",
        comparisons=_comparisons(trained),
        slices=_slices(trained),
        score=_score(trained),
        folds=_folds(trained),
        doubts=_doubts(trained),
        short=f"The history is short: {'; '.join(short)}. " if short else "",
    )


def _hurdle(ours: Mapping[str, float]) -> str:
    return (
        f"**Who is exposed**: AUC {ours['auc_trade']:.3f}. **Who of these loses**: AUC {ours['auc_if_exposed']:.3f}, "
        f"calibration error {ours['ece_if_exposed']:.3f}. **How much**: the expected losses sum up to "
        f"{ours['expected_over_lost']:.2f} of what was lost; the top tenth by expected loss lost "
        f"{ours['loss_captured_top_decile']:.1%} of it, by probability {ours['sol_captured_by_probability']:.1%}. "
        f"Losses lay at or below P50 in {ours['coverage_p50']:.1%} of the rows (who loses nothing always does), P90 in "
        f"{ours['coverage_p90']:.1%}.\n\n"
    )


def _comparisons(trained: "Trained") -> str:
    found = trained.evaluation.comparisons
    lines = [f"| {name} | {one.value:+.4f} | {one.low:+.4f} to {one.high:+.4f} |" for name, one in found.items()]
    return "\n".join(["| | difference | 95 % |", "|---|---|---|", *lines])


def _folds(trained: "Trained") -> str:
    lines = [
        f"| {one.test} | {one.train} | {one.rows} | {one.auc_exposed:.3f} | {one.logloss:.4f} | {one.skill:.3f} "
        f"| {one.captured:.1%} | {one.captured_by_volume:.1%} |"
        for one in trained.evaluation.folds
    ]
    head = (
        "| days asked about | learned from | rows | AUC, exposed | Logloss | Brier skill | Loss in top 10 % "
        "| by volume |\n|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *lines])


def _slices(trained: "Trained") -> str:
    lines = [
        f"| {part.name} | {part.rows} | {part.outcomes} | {part.predicted:.3f} | {part.observed:.3f} "
        f"| {part.low:+.3f} to {part.high:+.3f} |"
        if part.is_told
        else f"| {part.name} | {part.rows} | {part.outcomes} | n/a | n/a | n/a |"
        for part in trained.evaluation.slices
    ]
    head = "| slice | rows | outcomes | predicted | observed | difference, 95 % |\n|---|---|---|---|---|---|"
    return "\n".join([head, *lines])


def _doubts(trained: "Trained") -> str:
    lines = [
        f"| {one.about} | {one.weighed} | {one.weight} | {one.rows} | {one.changed} | {one.auc_exposed:.3f} "
        f"| {one.logloss:.4f} | {one.mean_probability:.3f} | {one.rate:.3f} | {one.captured:.1%} "
        f"| {one.captured_by_volume:.1%} |"
        for one in trained.evaluation.doubts
    ]
    head = (
        "\n**Uncertain outcomes**: those that rest on a last price, or had sells of what was never bought, at full, at "
        "half and at nothing: once such rows are counted so, once the amounts, by which labels change. Labels count "
        "last prices in full and such sells not at all.\n\n"
        "| about | counted | at | such rows | other labels | AUC, exposed | Logloss | predicted | observed "
        "| Loss in top 10 % | by volume |\n|---|---|---|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *lines, ""]) if lines else ""


def _table(trained: "Trained") -> str:
    rows = {"model": trained.evaluation.model, **trained.evaluation.baselines}
    lines = ["| | " + " | ".join(title for _, title in _COLUMNS) + " |", "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, measures in rows.items():
        lines.append(f"| {name} | " + " | ".join(f"{measures.get(key, math.nan):.3f}" for key, _ in _COLUMNS) + " |")
    return "\n".join(lines)


_BAND_HEAD = (
    "| band | from | of all rows | lost severely | 95 % by traders | of all SOL lost |\n|---|---|---|---|---|---|"
)


def _score(trained: "Trained") -> str:
    if trained.score_map is None:
        return ""
    fixed = trained.score_map
    points = f"{POINTS_PER_DOUBLING:g} points double the odds"
    rows = [
        f"| {band.name} | {band.lowest:g} | {band.row_share:.1%} | {band.rate:.1%} | {band.low:.1%} to {band.high:.1%} "
        f"| {band.sol_share:.1%} |"
        for band in trained.evaluation.bands
    ]
    table = "\n".join([_BAND_HEAD, *rows])
    head = f"\n**Score** version {fixed.version}: 50 is odds of {fixed.odds_reference:.4g}, {points}."
    return f"{head}\n\n{table}\n\n{_large(trained)}\n"


def _large(trained: "Trained") -> str:
    found = trained.evaluation.large_losses
    lines = [
        f'{one.rows} ({one.share:.1%}, 95 % {one.low:.1%} to {one.high:.1%}) were called "{one.band}"' for one in found
    ]
    if not found:
        return ""
    return (
        f"Of the {found[0].large} rows that lost {LARGE_SOL:g} SOL or more, {', '.join(lines)}. Where more than "
        f'{MOST_SAFE:.0%} were "{SAFE}" with certainty, the gate would keep the version back.'
    )
