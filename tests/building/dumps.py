"""Landed trades: dumps of the source `canonical` from trades given as dictionaries."""

import csv
import gzip
import io
from datetime import date
from pathlib import Path
from typing import Any

from tests.building.addresses import address

_CANONICAL = (
    "traded_at", "slot", "tx_index", "event_index", "signature", "trader_address", "token_mint", "direction",
    "token_units", "token_decimals", "sol_lamports", "fee_lamports", "virtual_sol_lamports", "virtual_token_units",
    "venue",
)  # fmt: skip


def landed_line(trade: dict[str, Any]) -> dict[str, Any]:
    """Makes a line of a trade: short names become addresses, what is left out gets a plain value."""
    line = {"token_decimals": 6, "venue": "pump_curve", **trade}
    line["traded_at"] = line["traded_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    line["trader_address"], line["token_mint"] = address(line["trader_address"]), address(line["token_mint"])
    if line.get("signature"):
        line["signature"] = address(line["signature"], 64)
    return {name: "" if line.get(name) is None else line[name] for name in _CANONICAL}


def land_day(landing: str | Path, day: date, trades: list[dict[str, Any]], name: str = "trades") -> Path:
    """Writes trades as a dump; answers the file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _CANONICAL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(landed_line(trade) for trade in trades)
    path = Path(landing) / "canonical" / day.isoformat() / f"{name}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    return path
