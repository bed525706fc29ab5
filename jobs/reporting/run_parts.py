"""The parts of a night's page about the night itself: refusals, gates, steps, models, stores."""

from collections.abc import Sequence
from typing import Any, Final

from jobs.reporting.gates import Gate
from models.report import charts
from models.report.parts import Chart, Part, Table, number
from pumploss.redaction import redacted
from pumploss.settings import Settings

#: Inputs of models that are listed, the farthest off first.
_DRIFTING: Final = 10


def refused(counted: dict[str, int]) -> list[Part]:
    """Show how many lines were refused, by reason."""
    if not counted:
        return []
    bars = [{"name": reason, "lines": lines} for reason, lines in counted.items()]
    table = Table("Refused lines", ("reason", "lines"), [[reason, f"{lines:,}"] for reason, lines in counted.items()])
    words = "Lines of the dumps that were refused, by reason; each is kept whole in quarantine_trades."
    return [Part("What was refused", words, [Chart("", charts.bars(bars, "lines", "lines"))], [table])]


def gates(judged: Sequence[Gate]) -> list[Part]:
    """Show how many checks judged each table, and which failed; tables that failed any come first."""
    if not judged:
        return []
    order = sorted(judged, key=lambda gate: (not gate.failed, gate.table))
    rows = [[gate.table, f"{gate.checks}", f"{len(gate.failed)}", ", ".join(gate.failed)] for gate in order]
    table = Table("Gates", ("table", "checks", "failed", "which"), rows, is_texts=True)
    broken = sum(1 for gate in judged if gate.failed)
    said = f"{sum(gate.checks for gate in judged):,} checks of {len(judged)} tables, of which {broken} failed any."
    return [Part("Gates", said, (), [table], is_wide=True)]


def verdict(ended: Sequence[dict[str, Any]], judged: Sequence[Gate]) -> dict[str, Any] | None:
    """Sum a night up for the top of its page; None where no step of it is known."""
    if not ended:
        return None
    failed, skipped = ([step["step"] for step in ended if step["status"] == status] for status in ("failed", "skipped"))
    broken = [gate.table for gate in judged if gate.failed]
    checks = f"{sum(gate.checks for gate in judged):,} checks of {len(judged)} tables"
    held = f"some failed of {', '.join(broken)}." if broken else "all passed."
    well = f"{len(ended) - len(skipped)} of {len(ended)}" if skipped else f"All {len(ended)}"
    left = [f"{', '.join(skipped)} had nothing to do, or to do it with."] if skipped else []
    return {
        "is_well": not failed,
        "said": f"{len(failed)} of {len(ended)} steps failed." if failed else f"{well} steps ended well.",
        "words": " ".join([*left, *([f"{checks}: {held}"] if judged else [])]),
    }


def failures(ended: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Name the steps that failed, and why: the first line of each message."""
    failed = [step for step in ended if step["status"] == "failed"]
    return [{"step": step["step"], "why": redacted(step["error"] or "").partition("\n")[0]} for step in failed]


def steps(ended: Sequence[dict[str, Any]]) -> list[Part]:
    """Show how each step ended, and its seconds beside what is usual."""
    if not ended:
        return []
    bars = [{"name": step["step"], "seconds": step["seconds"], "usual": step["usual"] or 0.0} for step in ended]
    listed = []
    for step in ended:
        times = f"{step['seconds']:.1f}", number(step["usual"], 1)
        why = redacted(step["error"] or "").partition("\n")[0]
        listed.append([step["step"], step["status"], *times, f"{step['rows_written'] or 0:,}", why])
    table = Table("Steps", ("step", "status", "seconds", "usual", "rows", "why"), listed)
    words = "Seconds a day of each step; the mark is the median of up to 30 nights before."
    chart = Chart("", charts.bars(bars, "seconds", "seconds", "usual"))
    return [Part("How the night went", words, [chart], [table], is_wide=True)]


def models(rows: Sequence[dict[str, Any]]) -> list[Part]:
    """Show what monitoring measured."""
    if not rows:
        return []
    of_all = [row for row in rows if row["subject"] == "all"]
    inputs = sorted(
        (row for row in rows if row["measure"] == "input_psi"), key=lambda row: (-(row["value"] or 0.0), row["subject"])
    )
    head = ("model", "measure", "verdict", "value", "beside")
    tables = [Table("Quality", head, [_measured(row, row["measure"]) for row in of_all])]
    if inputs:
        tables.append(Table("Drift of inputs", head, [_measured(row, row["subject"]) for row in inputs[:_DRIFTING]]))
    words = (
        "What monitoring measured of scores whose outcomes are known by now, and of inputs and scores of this night."
    )
    return [Part("The models", words, (), tables, is_wide=True)]


def _measured(row: dict[str, Any], name: str) -> list[str]:
    model = f"{row['model']} {row['model_version']}"
    return [model, name.replace("_", " "), row["verdict"], number(row["value"]), number(row["expected"])]


def published(settings: Settings, ended: Sequence[dict[str, Any]]) -> list[Part]:
    """Show what was published where; addresses without their passwords."""
    where = {
        "publish_warm": ("warm store", settings.warm_dsn or str(settings.warm_dir)),
        "materialize_features": ("online features", settings.hot_url or str(settings.hot_dir)),
        "publish_hot": ("hot store", settings.hot_url or str(settings.hot_dir)),
    }
    rows = [
        [where[step["step"]][0], step["status"], f"{step['rows_written'] or 0:,}", redacted(where[step["step"]][1])]
        for step in ended
        if step["step"] in where
    ]
    if not rows:
        return []
    table = Table("Stores", ("store", "status", "rows", "where"), rows, is_texts=True)
    return [Part("What was published where", "As the ledger has it.", (), [table], is_wide=True)]
