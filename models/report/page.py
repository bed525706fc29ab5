"""Puts a report together: a page of its own, with its charts inside and not a single address to fetch from."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from models.report import later_parts, parts
from models.report.parts import Evidence, number, percent
from models.slices import FEWEST_OUTCOMES

#: The tag that says where the trades came from, and what it says of simulated ones.
MARKET, SIMULATED = "market", "simulated"


def templates(*folders: Path) -> Environment:
    """Make templates of pages out of further folders, which share this page's look and parts."""
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, *folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    # Charts are drawn by ourselves and hold no text but names, which the drawing escapes.
    environment.filters["inline"] = Markup
    return environment


@cache
def _template() -> Template:
    return templates().get_template("page.html")


def page(
    title: str, purpose: str, evidence: Evidence, tags: Mapping[str, str], nights: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Make the page of a version from its evidence and tags; `nights` are what monitoring has measured of it since."""
    found = [
        *parts.reliability(evidence),
        *parts.gains(evidence),
        *parts.bands(evidence),
        *parts.slices(evidence, FEWEST_OUTCOMES),
        *later_parts.weights(evidence),
        *later_parts.drift(evidence),
        *later_parts.effects(evidence),
        *later_parts.folds(evidence),
        *later_parts.monitored(nights),
        *parts.measures(evidence),
        _made_from(tags),
    ]
    return _template().render(
        title=title,
        purpose=purpose,
        is_simulated=tags.get(MARKET) == SIMULATED,
        gate=tags.get("gate", "not said"),
        figures=_figures(evidence),
        parts=found,
    )


def _figures(evidence: Evidence) -> list[dict[str, str]]:
    ours = evidence["model"]
    named = {
        "AUC among the exposed": number(ours.get("auc_exposed")),
        "AUC of all rows": number(ours.get("auc_all")),
        "Brier skill over the base rate": number(ours.get("brier_skill")),
        "calibration error": number(ours.get("ece")),
        "of SOL lost is in the top tenth": percent(ours.get("loss_captured_top_decile")),
        "had the outcome": percent(ours.get("rate")),
    }
    return [{"name": name, "value": value} for name, value in named.items()]


def _made_from(tags: Mapping[str, str]) -> parts.Part:
    kept = ("range_", "data_", "label_version", "horizon_days", "feature_set_version", "score_version", "frame_sha256")
    rows = [[name.replace("_", " "), text] for name, text in sorted(tags.items()) if name.startswith(kept)]
    words = "Which days and which versions of the tables it was made from; the training frame has this digest."
    table = parts.Table("Provenance", ("", ""), rows, is_texts=True)
    return parts.Part("What it was made from", words, (), [table], is_wide=True)
