"""The parts of a report about inputs and about time: effects, drift, folds, and what nights have said since."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.report import charts
from models.report.parts import Chart, Evidence, Part, Table, number, percent

#: Effects that are drawn one by one; the others are in the bars.
DRAWN = 6


def weights(evidence: Evidence) -> list[Part]:
    """Show which inputs move the risk most."""
    rows = evidence.get("curves", {}).get("effects", ())
    if not rows:
        return []
    shares = [{"name": row["name"], "share": _hundred(row["share"])} for row in rows]
    cells = [[row["name"], percent(row["share"]), _span(row["points"])] for row in rows]
    table = Table("Strongest inputs", ("input", "of all effects", "effect from lowest to highest values"), cells)
    words = "SHAP values of a sample of the locked rows: each input's part of all that moves the log-odds, up or down."
    return [
        Part("Which inputs weigh most", words, [Chart("", charts.bars(shares, "share", "% of all effects"))], [table])
    ]


def effects(evidence: Evidence) -> list[Part]:
    """Show how the strongest inputs move the risk over their values."""
    rows = evidence.get("curves", {}).get("effects", ())
    if not rows:
        return []
    drawn = [Chart(row["name"], charts.effect(row["points"])) for row in rows[:DRAWN]]
    words = (
        "From a tenth of the rows to the next, lowest values first: how far the input moves the log-odds on average. "
        "The dashed line is where it is missing. Inputs that go together share their effects."
    )
    return [Part("How they move the risk", words, drawn, is_wide=True)]


def drift(evidence: Evidence) -> list[Part]:
    """Show the inputs whose locked days lay farthest off the training days."""
    rows = evidence.get("curves", {}).get("drift", ())
    if not rows:
        return []
    chart = Chart("", charts.bars(rows, "psi", "PSI, locked days against training days", mark="usual"))
    cells = [[row["name"], number(row["psi"]), number(row["usual"])] for row in rows]
    words = (
        "Population stability of the inputs that moved most between training and locked days: above 0.1 worth a look, "
        "above 0.25 another figure. The mark is the farthest that a single training day lay off all of them. Figures "
        "of the whole market, which have one value a day, are left out."
    )
    table = Table("Drift", ("input", "PSI", "farthest training day"), cells)
    return [Part("What had moved by the locked days", words, [chart], [table])]


def folds(evidence: Evidence) -> list[Part]:
    """Show how the model did from week to week, where the evidence has folds."""
    rows: Sequence[Mapping[str, Any]] = evidence.get("folds", ())
    if not rows:
        return []
    names = [name for name, value in rows[0].items() if isinstance(value, int | float) and not isinstance(value, bool)]
    named = {"AUC, exposed": "auc_exposed", "Brier skill": "skill", "SOL in top 10 %": "captured"}
    shown = {title: [row.get(key) for row in rows] for title, key in named.items() if key in rows[0]}
    labels = [str(row.get("test", place)).partition("..")[0] for place, row in enumerate(rows, 1)]
    cells = [[str(row.get("test", "")), *(_figure(row[name]) for name in names)] for row in rows]
    table = Table("Folds", ("asked about", *(name.replace("_", " ") for name in names)), cells)
    chart = [Chart("", charts.lines(labels, shown))] if shown else []
    words = "Trees of the days before, asked about a week that they have not seen, and so on week by week."
    return [Part("From week to week", words, chart, [table])]


def monitored(rows: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Show what monitoring has measured of the version's nights: `day`, and by measure its value or None."""
    if not rows:
        return []
    named = {"AUC, exposed": "auc_exposed", "Brier skill": "brier_skill", "PSI of the score": "score_psi"}
    shown = {
        title: [row.get(key) for row in rows]
        for title, key in named.items()
        if any(row.get(key) is not None for row in rows)
    }
    labels = [str(row["day"]) for row in rows]
    cells = [[str(row["day"]), *(number(row.get(key)) for key in named.values())] for row in rows]
    table = Table("Nights", ("T", *named), cells)
    words = "What every night's monitoring found: scores whose outcomes have matured, and how far scores have moved."
    return [Part("Since it serves", words, [Chart("", charts.lines(labels, shown))] if shown else (), [table])]


def _span(points: Sequence[Sequence[float | None]]) -> str:
    known = [point[1] for point in points if point[0] is not None and point[1] is not None]
    return f"{known[0]:+.2f} to {known[-1]:+.2f}" if known else "n/a"


def _figure(value: float | None) -> str:
    return f"{value:,}" if isinstance(value, int) else number(value)


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100 * value
