"""The parts of a report: what each says in words, which charts it has, and the same as tables."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.report import charts

Evidence = Mapping[str, Any]

NONE = "n/a"
#: What a cell of a column of figures looks like: a number, a share, an interval, or nothing.
_FIGURE: Final = re.compile(rf"|{NONE}|[-+]?\d[\d,.]*( %)?( to [-+]?\d[\d,.]*( %)?)?")


@dataclass(frozen=True)
class Chart:
    """Holds a chart as SVG and the name it is shown under."""

    name: str
    svg: str


@dataclass(frozen=True)
class Table:
    """Holds a table: caption, names of the columns, rows.

    Lines of a table of texts may break; addresses, in the first column, are cut off where the screen is narrow.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_texts: bool = False
    has_addresses: bool = False

    def has_words(self, column: int) -> bool:
        """Tell whether anything in a column is no figure: words begin at the left, figures end at the right."""
        return not all(_FIGURE.fullmatch(row[column]) for row in self.rows)


@dataclass(frozen=True)
class Part:
    """Holds a part of the page; a chart's figures are a table that can be unfolded."""

    title: str
    words: str
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    is_wide: bool = False


def number(value: float | None, digits: int = 3) -> str:
    """Write a figure, or say that there is none."""
    return NONE if value is None or value != value else f"{value:.{digits}f}"  # noqa: PLR0124 - not a number


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share in hundredths."""
    return NONE if value is None or value != value else f"{100 * value:.{digits}f} %"  # noqa: PLR0124 - not a number


def between(row: Mapping[str, Any], write: Callable[[float | None], str] = percent) -> str:
    """Write an interval."""
    return f"{write(row['low'])} to {write(row['high'])}"


def reliability(evidence: Evidence) -> list[Part]:
    """Show whether predicted rates come true."""
    rows = evidence.get("curves", {}).get("reliability", ())
    if not rows:
        return []
    cells = [[percent(row["predicted"]), percent(row["observed"]), between(row), f"{row['rows']:,}"] for row in rows]
    words = (
        f"Locked rows in {len(rows)} bins of equally many, {rows[0]['rows']:,} each: the rate that was predicted and "
        "the one that came, with its 95 % interval over traders. On the dashed line both agree."
    )
    table = Table("Reliability on the locked days", ("predicted", "observed", "95 %", "rows"), cells)
    return [Part("Do predicted rates come true?", words, [Chart("", charts.reliability(rows))], [table])]


def gains(evidence: Evidence) -> list[Part]:
    """Show how much of the SOL lost the riskiest wallets hold, beside every baseline."""
    curves = evidence.get("curves", {}).get("gains")
    if not curves:
        return []
    shown = [place for place, share in enumerate(curves["shares"]) if share in (0.01, 0.05, 0.1, 0.2, 0.5)]
    rows = [
        [name.replace("_", " "), *(percent(line[place]) for place in shown)]
        for name, line in curves.items()
        if name != "shares"
    ]
    head = ("ranked by", *(f"top {100 * curves['shares'][place]:g} %" for place in shown))
    words = (
        "Wallets in order of risk: which part of all SOL lost fell on the first 1, 5, 10 ... percent of them. The "
        "dotted line knows the losses afterwards; nothing can be above it."
    )
    chart = Chart("", charts.gains(curves))
    return [Part("Who holds the losses?", words, [chart], [Table("SOL lost by the top", head, rows)])]


def measures(evidence: Evidence) -> list[Part]:
    """List the measures of the model and of every baseline, and how sure the differences are."""
    named = {
        "auc_exposed": "AUC, exposed", "auc_all": "AUC, all", "brier_skill": "Brier skill", "logloss": "logloss",
        "ece": "calibration error", "loss_captured_top_decile": "SOL in top 10 %",
    }  # fmt: skip
    contenders = {"model": evidence["model"], **evidence["baselines"]}
    rows = [[name.replace("_", " "), *(number(found.get(key)) for key in named)] for name, found in contenders.items()]
    compared = [
        [name.replace("_", " "), f"{one['value']:+.4f}", f"{number(one['low'], 4)} to {number(one['high'], 4)}"]
        for name, one in evidence.get("comparisons", {}).items()
    ]
    tables = [
        Table("Measures on the locked days", ("", *named.values()), rows),
        Table("Above zero the model is better", ("difference", "", "95 % over traders"), compared),
    ]
    words = "Every baseline is calibrated on the same days as the model. Exposed: traded, or held what somebody priced."
    return [Part("Beside simple rankings", words, (), tables, is_wide=True)]


def bands(evidence: Evidence) -> list[Part]:
    """Show what became of the wallets of each band of the score."""
    rows = evidence.get("bands", ())
    if not rows:
        return []
    cells = [
        [row["name"], f"{row['lowest']:g}", percent(row["row_share"]), percent(row["rate"]), between(row),
         percent(row["sol_share"])]
        for row in rows
    ]  # fmt: skip
    head = ("band", "from", "of all rows", "lost severely", "95 %", "of all SOL lost")
    known = [{**row, **{key: _times100(row[key]) for key in ("rate", "low", "high")}} for row in rows]
    drawable = [row for row in known if row["rate"] is not None]
    chart = Chart("", charts.intervals(drawable, "rate", "% that lost severely, 95 % over traders"))
    words = "Of the wallets of each band of the score, how many lost severely. The rates must rise from band to band."
    return [Part("What the bands mean", words, [chart], [Table("Bands on the locked days", head, cells)])]


def slices(evidence: Evidence, fewest: int) -> list[Part]:
    """Show where predictions and outcomes differ."""
    rows = evidence.get("slices", ())
    if not rows:
        return []
    told = [row for row in rows if min(row["outcomes"], row["rows"] - row["outcomes"]) >= fewest]
    names = {row["name"] for row in told}
    cells = [
        [row["name"], f"{row['rows']:,}", f"{row['outcomes']:,}"]
        + ([percent(row["predicted"]), percent(row["observed"]), between(row)] if row["name"] in names else [NONE] * 3)
        for row in rows
    ]
    drawable = [
        {"name": row["name"], "gap": 100 * (row["predicted"] - row["observed"]), "low": _times100(row["low"]),
         "high": _times100(row["high"])}
        for row in told
    ]  # fmt: skip
    head = ("slice", "rows", "outcomes", "predicted", "observed", "difference, 95 %")
    words = (
        "Predicted less observed rate, in points, with its 95 % interval over traders; beyond the dashed lines with "
        f"certainty, the gate says no. A slice with fewer than {fewest} outcomes of either kind says nothing (n/a)."
    )
    label = "predicted less observed, points"
    shown = [Chart("", charts.intervals(drawable, "gap", label, (-3, 0, 3)))] if drawable else []
    return [Part("Where it is off", words, shown, [Table("Slices of the locked days", head, cells)])]


def _times100(value: float | None) -> float | None:
    return None if value is None else 100 * value
