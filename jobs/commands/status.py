"""`status`: where every store is, what ran last, what is stale. Starts nothing, neither engine nor server."""

import argparse
import json
import re
from datetime import date
from typing import Any

import polars as pl

from jobs.commands.terminal import show_facts, show_table
from jobs.pipeline import STEPS
from jobs.running.context import Context, open_context
from jobs.running.runner import code_version
from pumploss import embedded
from pumploss.embedded import locks
from pumploss.errors import LandingError
from pumploss.settings import Settings, from_environment
from pumploss.tables.quarantine_trades import TABLE
from sources import SOURCES

#: What the ledger says of a step's last run.
_LAST = (
    *("run_id", "status", "day", "seconds", "rows_read", "rows_written", "rows_quarantined", "rows_duplicate"),
    *("code_version", "written_at", "error"),
)

#: A password in a URL or in a libpq string.
_SECRET = re.compile(r"(?<=:)[^:/@\s]+(?=@)|(?<=password=)('[^']*'|\S+)")


def run(arguments: argparse.Namespace) -> int:
    """Print how everything stands."""
    found = status(from_environment())
    if arguments.json:
        print(json.dumps(found, default=str, indent=2))
    else:
        _show(found)
    return 0


def status(settings: Settings) -> dict[str, Any]:
    """Stores by role, the ledger's last run and stale days per step, landed days per source, the last refusals."""
    with open_context(settings) as context:
        return {
            "code_version": code_version(),
            "home": str(settings.home),
            "stores": stores(settings),
            "lake_landing": context.lake.owner(),
            "steps": _steps(context),
            "landing": _landing(context),
            "quarantine": _quarantine(context),
        }


def stores(settings: Settings) -> dict[str, dict[str, Any]]:
    """Every store by its role: `address`, whether the project runs it itself, and for servers whether it runs."""
    warm, hot = embedded.postgres(settings.warm_dir), embedded.redis(settings.hot_dir)
    remote = settings.spark_remote
    return {
        "engine": {"address": remote or "Sail, in the process that runs a step", "is_embedded": remote is None},
        "landing": {"address": settings.landing},
        "lake": {"address": settings.lake},
        "warm": _server(warm) if settings.warm_dsn is None else _own(settings.warm_dsn),
        "hot": _server(hot) if settings.hot_url is None else _own(settings.hot_url),
        "registry": {"address": _SECRET.sub("***", settings.tracking_uri)},
        "feature_store": {"address": str(settings.feast_registry)},
        "airflow": {
            "address": str(settings.airflow_home),
            "is_running": locks.is_locked(settings.airflow_home / "running.lock"),
        },
    }


def _own(address: str) -> dict[str, Any]:
    return {"address": _SECRET.sub("***", address), "is_embedded": False}


def _server(server: Any) -> dict[str, Any]:
    found = server.status()
    return {
        "address": found.address,
        "is_embedded": True,
        "is_running": found.is_running,
        "pid": found.pid,
        "user_pids": list(found.user_pids),
        "data_dir": str(found.data_dir),
        "socket_dir": str(found.socket_dir),
        "log": str(found.log),
    }


def _steps(context: Context) -> dict[str, dict[str, Any]]:
    """Per step the last day of its last run (`status` None where it never ran), and the days that are stale."""
    latest = context.ledger.latest()
    found = {}
    for step in STEPS:
        mine = [row for (name, _), row in latest.items() if name == step.name and row["status"] != "stale"]
        last = max(mine, key=lambda row: (row["written_at"], row["day"]), default=dict.fromkeys(_LAST))
        stale = sorted(context.ledger.stale(step.name))
        found[step.name] = {
            **{name: last[name] for name in _LAST},
            "built_days": len(context.ledger.built(step.name)),
            "stale_days": [day.isoformat() for day in stale],
        }
    return found


def _landing(context: Context) -> dict[str, Any]:
    """Landed days per source, or what is wrong with the landing."""
    try:
        days = {name: context.landing.days(name) for name in context.landing.sources()}
    except LandingError as error:
        return {"error": str(error), "sources": {}}
    sources = {
        name: {
            "cadence": SOURCES[name].arrival.value,
            "days": len(found),
            "first": found[0].isoformat() if found else None,
            "last": found[-1].isoformat() if found else None,
        }
        for name, found in days.items()
    }
    return {"error": None, "sources": sources}


def _quarantine(context: Context) -> dict[str, Any]:
    """Refused lines by reason, of the last day that bronze has built."""
    built = context.ledger.built("bronze_trades")
    day = max(built, default=None)
    return {"day": day.isoformat() if day else None, "reasons": refusals(context, day) if day else {}}


def refusals(context: Context, day: date | None = None) -> dict[str, int]:
    """Refused lines by reason, of a dump day or of all, the most frequent first."""
    if not context.lake.exists(TABLE):
        return {}
    lines = pl.scan_delta(context.lake.path(TABLE))
    if day is not None:
        lines = lines.filter(pl.col("dump_day") == day)
    counted = lines.group_by("reason").agg(pl.len().alias("lines")).collect()
    return dict(counted.sort(["lines", "reason"], descending=[True, False]).iter_rows())


def _show(found: dict[str, Any]) -> None:

    show_facts("Stores", [(name, place(store)) for name, store in found["stores"].items()])
    print(f"\nThe lake is built from {found['lake_landing'] or 'nothing yet'}.")
    if found["landing"]["error"]:
        print(f"The landing cannot be used: {found['landing']['error']}")
    head = ("source", "cadence", "days", "first", "last")
    show_table("Landed", head, [(name, *one.values()) for name, one in found["landing"]["sources"].items()])
    show_table(
        "Steps, as the ledger has them",
        ("step", "last run (UTC)", "day", "status", "read", "written", "seconds", "days built", "stale"),
        [_step_row(name, one) for name, one in found["steps"].items()],
        ("read", "written", "seconds", "days built", "stale"),
    )
    for name, one in found["steps"].items():
        if one["error"]:
            print(f"{name} of {one['day']} {one['status']}: {one['error']}")
    refused = found["quarantine"]
    if refused["reasons"]:
        show_table(f"Quarantined of {refused['day']}", ("reason", "lines"), refused["reasons"].items(), ("lines",))


def place(store: dict[str, Any]) -> str:
    """An address, and for a server whether it runs."""
    if "is_running" not in store:
        return str(store["address"])
    pid = f", process {store['pid']}" if store.get("pid") else ""
    return f"{store['address']} ({f'running{pid}' if store['is_running'] else 'not running'})"


def _step_row(name: str, one: dict[str, Any]) -> tuple[object, ...]:
    if one["status"] is None:
        return name, "never", *(None,) * 7
    ran = f"{one['written_at']:%Y-%m-%d %H:%M:%S}"
    counts = (one["rows_read"], one["rows_written"], f"{one['seconds']:.1f}", one["built_days"])
    return name, ran, one["day"], one["status"], *counts, len(one["stale_days"])
