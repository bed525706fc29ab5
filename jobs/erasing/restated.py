"""What the ledger says of days from which a trader was erased: other rows, digests and files, nothing stale."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from features.registry import TABLE as FEATURES
from jobs.bronze.accounting import by_file
from jobs.bronze.erased_lines import ERASED
from jobs.erasing.forms import Trader
from jobs.pipeline import WRITER
from jobs.running.context import Context
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.lake.segments import built_days
from pumploss.tables import bronze_trades, gold_scores, quarantine_trades

#: What a file's records became, beside those that were erased.
_FATES = ("written", "quarantined", "duplicate")
_BRONZE = (bronze_trades.TABLE, quarantine_trades.TABLE)


def restate(context: Context, table: Table, kept: Mapping[date, tuple[int, str]], trader: Trader) -> None:
    """Has the ledger say what the table's days hold now, by rows and digest; what rests on them is as good as before.

    Nothing becomes stale: whoever reads these days read the trader's rows only to make his own, which are gone as well,
    or sums of the market, which stay as they were published.
    """
    step, built = WRITER[table.name], built_days(context.lake, table)
    counts = {of.name: by_file(context.lake.read(of, list(kept))) for of in _BRONZE if table in _BRONZE}
    rows, standing = [], context.ledger.standing(step.name)
    for day, (count, digest) in sorted(kept.items()):
        row = standing.get(shift(day, -step.offset_days))
        outputs = json.loads(row["outputs"] or "{}") if row else {}
        if row is None or table.name not in outputs:
            continue
        was = outputs[table.name].get("digest")
        files = built[day].digest if day in built else ""
        outputs[table.name] |= {"rows": count, "digest": digest, "version": context.lake.version(table), "files": files}
        changes: dict[str, Any] = {"outputs": json.dumps(outputs), "output_version": context.lake.version(table)}
        if counts:
            changes |= _accounted(row, day, counts, trader)
        rows.append(_again(context, row, changes))
        if table.name == FEATURES.name:
            rows += _scored(context, row["day"], was, digest)
    context.ledger.append(rows)


def _again(context: Context, row: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Makes a row that says the same but for the changes; a day whose last run failed stays due."""
    latest = context.ledger.latest()[(row["step"], row["day"])]
    due = (
        {"status": "stale", "error": f"its last run failed: {latest['error']}"} if latest["status"] == "failed" else {}
    )
    kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
    return {**kept, "run_id": context.run_id, "seconds": 0.0, **due, **changes}


def _scored(context: Context, day: date, was: str | None, now: str) -> list[dict[str, Any]]:
    """Has scores that rest on these features rest on what is left of them: they are not made anew."""
    row = context.ledger.standing(WRITER[gold_scores.TABLE.name].name).get(day)
    outputs = json.loads(row["outputs"] or "{}") if row else {}
    noted = outputs.get(gold_scores.TABLE.name, {})
    if row is None or noted.get("features") != was:
        return []
    noted["features"] = now
    return [_again(context, row, {"outputs": json.dumps(outputs)})]


def _accounted(row: Mapping[str, Any], day: date, counts: Mapping[str, Any], trader: Trader) -> dict[str, Any]:
    """Accounts for the records of each file anew: what is no longer in the lake was erased."""
    inputs = json.loads(row["inputs"])
    every = [entry for file in inputs for entry in (file, *file.get("retried", ()))]
    for entry in every:
        entry["path"] = trader.taken_from(entry["path"])
        for fate, table in zip(_FATES, _BRONZE, strict=False):
            entry[fate] = counts[table.name][day, entry["path"]]
        known = sum(entry[fate] for fate in _FATES) + sum(entry.get("routed", {}).values())
        if gone := (entry["records"] or 0) - known:
            entry[ERASED] = gone
    sums = {f"rows_{fate}": sum(entry[fate] for entry in every) for fate in _FATES}
    return {"inputs": json.dumps(inputs), **sums}
