"""A good line of each source, files of lines, and what parsing makes of their bytes."""

import gzip
import itertools
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import fsspec
import pyarrow as pa

from sources import source
from sources.parsing.files import PARSED, FileRef, parse_file

DAY = date(2026, 1, 2)
TRADER = "DQmMnakiKr1YNE2gcpggLCzBrauBwFbQkAaao2FTbjgp"
MINT = "6Fzphy2B4JTUteQ8jGtj9Tc9anpttVXY3CRgGuJTpump"
SIGNATURE = "2NkmvMaa7n1avgs8G3jQ6W5oKsbsB19stg55bKCWZ9dx3FLB8nGoqHSESTgMTjcFwdWECLc8VZXPBdRBFBz4gH71"
LINES: dict[str, dict[str, Any]] = {
    "canonical": {
        "traded_at": "2026-01-02T03:04:05Z",
        "slot": "390000001",
        "tx_index": "7",
        "event_index": "0",
        "signature": SIGNATURE,
        "trader_address": TRADER,
        "token_mint": MINT,
        "direction": "buy",
        "token_units": "35000000000",
        "token_decimals": "6",
        "sol_lamports": "1000000001",
        "fee_lamports": "",
        "virtual_sol_lamports": "31000000001",
        "virtual_token_units": "1037965000000000",
        "venue": "pump_curve",
    },
    "pumpfun_api": {
        "signature": SIGNATURE,
        "mint": MINT,
        "sol_amount": 1000000001,
        "token_amount": 35000000000,
        "is_buy": True,
        "user": TRADER,
        "timestamp": 1767323045,
        "tx_index": 7,
        "username": "björn 🐸",
        "profile_image": None,
        "slot": 390000001,
    },
    "pumpswap_capture": {
        "ts": "1767323045",
        "mint": MINT,
        "created": "1767323045",
        "pool": TRADER,
        "trader": TRADER,
        "side": "buy",
        "tokens": "2249329.2",
        "sol": "0.0023",
        "price": "1.0110036e-09",
        "sig": SIGNATURE,
        "src": "PUMP_AMM",
    },
    "curve_deltas": {
        "ts": "1767323045",
        "mint": MINT,
        "signer": TRADER,
        "kind": "achat",
        "token_delta": "63452516.405504",
        "sol_delta": "-2.045061363",
        "sig": SIGNATURE,
        "rank_tx": "1",
    },
}


@dataclass(frozen=True)
class Parsed:
    """The rows of one file by kind."""

    table: pa.Table

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Rows of one kind, by line number."""
        rows = [row for row in self.table.to_pylist() if row["kind"] == kind]
        return sorted(rows, key=lambda row: row["line_number"] or 0)

    @property
    def trades(self) -> list[dict[str, Any]]:
        """Trades, by line number."""
        return self.of_kind("trade")

    @property
    def refused(self) -> list[tuple[int, str]]:
        """Line number and reason of each refused line."""
        return [(row["line_number"], row["reason"]) for row in self.of_kind("refused")]

    @property
    def file(self) -> dict[str, Any]:
        """The closing row."""
        (row,) = self.of_kind("file")
        assert self.table["kind"].to_pylist()[-1] == "file"
        return row


_paths = itertools.count()


def parse_bytes(name: str, file: str, data: bytes, day: date = DAY) -> Parsed:
    """The rows of a file with these bytes."""
    storage = fsspec.filesystem("memory")
    path = f"/landing-{next(_paths)}/{file}"
    storage.pipe_file(path, data)
    batches = list(parse_file(source(name), FileRef(path, f"{name}/{day}/{file}", day), storage))
    storage.rm_file(path)
    return Parsed(pa.Table.from_batches(batches, PARSED))


def csv_text(rows: list[dict[str, Any]]) -> bytes:
    """Rows as CSV without quotes."""
    lines = [
        ",".join(rows[0]),
        *(",".join("" if v is None else str(v) for v in row.values()) for row in rows),
    ]
    return ("\n".join(lines) + "\n").encode()


def json_text(rows: list[dict[str, Any]]) -> bytes:
    """Rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def rows_text(name: str, rows: list[dict[str, Any]]) -> tuple[str, bytes]:
    """A file name and the rows in the format that a source is usually landed in."""
    if name == "pumpfun_api":
        return "trades.jsonl.gz", gzip.compress(json_text(rows))
    return "trades.csv.gz", gzip.compress(csv_text(rows))
