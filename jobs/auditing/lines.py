"""A trader's trades, read again from the lines of the dumps that they stand in."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from fsspec.core import url_to_fs

from jobs.commands.trader_results import scan
from jobs.running.context import Context
from pumploss.errors import LandingError
from pumploss.tables import bronze_trades, silver_trades
from sources import source
from sources.parsing.files import FileRef, parse_file

#: What a line states of a trade; what it leaves to others (its place among trades, a pool's coin) silver knows.
STATED = (
    "traded_at", "trader_address", "direction", "token_units", "token_decimals", "sol_lamports", "fee_lamports",
    "fee_source", "amount_basis",
)  # fmt: skip
_PLACE = ("file", "line_number")


@dataclass(frozen=True)
class Read:
    """Trades as their lines state them, in the lake's order; `files` says of each file its digest and the lines."""

    trades: pl.DataFrame
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


class Lines:
    """Reads lines of landed files; each file and trader once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._read: dict[tuple[str, str], pl.DataFrame] = {}
        self._digests: dict[str, str] = {}

    def trades(self, trader: str, until: date) -> Read:
        """Read every trade of a trader up to a day. Raises LandingError where a dump is not what the lake was made of.

        Which of several copies counts, the order, a coin's decimals, and the coin of a pool are taken from the lake.
        """
        silver = scan(self._context, silver_trades.TABLE, trader).filter(pl.col("trade_date") <= until)
        places = scan(self._context, bronze_trades.TABLE, trader).select("trade_id", "dump_day", "source", *_PLACE)
        counted = silver.filter(~pl.col("is_hop")).join(places, ["trade_id", "dump_day", "source"]).collect()
        first = counted.sort(*_PLACE).unique("trade_id", keep="first", maintain_order=True)
        files = {file: self._file(file, sorted(of_file["line_number"])) for (file,), of_file in first.group_by("file")}
        lines = [self._lines(file, trader) for file in files]
        stated = pl.concat(lines).rename({name: f"{name}_stated" for name in STATED}) if lines else None
        rows = first if stated is None else first.join(stated, list(_PLACE), "left", validate="1:1")
        return Read(rows.sort("trade_date", "token_mint", "order_in_mint_day"), files)

    def _file(self, name: str, numbers: list[int]) -> dict[str, Any]:
        """Hold a landed file against the digest that the ledger has of it."""
        recorded = self._recorded(name)
        if name not in self._digests:
            self._digests[name] = self._context.landing.sha256(self._landed(name))
        if self._digests[name] != recorded:
            raise LandingError(
                f"{name} is not what the lake was built from: its SHA-256 is {self._digests[name]}, the ledger "
                f"has {recorded}. `pumploss nightly` builds its day anew."
            )
        return {"sha256": recorded, "lines": numbers}

    def _recorded(self, name: str) -> str | None:
        row = self._context.ledger.standing("bronze_trades").get(date.fromisoformat(name.split("/")[1]))
        files = json.loads(row["inputs"]) if row else []
        return next((str(file["sha256"]) for file in files if file["path"] == name), None)

    def _landed(self, name: str) -> Any:
        folder, day, _ = name.split("/")
        files = self._context.landing.files(folder, date.fromisoformat(day))
        found = next((file for file in files if file.name == name), None)
        if found is None:
            raise LandingError(
                f"{name} is no longer in {self._context.landing.root}: bring it back to audit its lines."
            )
        return found

    def _lines(self, name: str, trader: str) -> pl.DataFrame:
        """Parse a file again, as if it had just landed; keep the trader's trades."""
        if (name, trader) not in self._read:
            landed = self._landed(name)
            storage, path = url_to_fs(landed.path)
            batches = parse_file(source(landed.source), FileRef(path, landed.name, landed.day), storage)
            wanted = (pc.field("kind") == "trade") & (pc.field("trader_address") == trader)
            own = [pa.Table.from_batches([batch]).filter(wanted).select([*_PLACE, *STATED]) for batch in batches]
            self._read[name, trader] = pl.DataFrame(pl.from_arrow(pa.concat_tables(own)))
        return self._read[name, trader]
