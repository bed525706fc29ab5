"""A poisoned day is refused whole or line by line, by the right reason, and readers stay on the day before."""

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_step
from pumploss.errors import LakeError, PumpLossError
from pumploss.settings import from_environment
from pumploss.tables import bronze_trades, quarantine_trades
from simulator import Market, write_dumps

GOOD = [date(2026, 1, day) for day in range(1, 9)]
BAD = date(2026, 1, 9)
DUMP = "trades.csv.gz"
SQL, FORMULA = "'; DROP TABLE silver_trades; --", '=HYPERLINK("http://x","y")'


@dataclass(frozen=True)
class Poison:
    """What is done to the day's folder, and what must come of it: an error that says so, or refused lines."""

    name: str
    spoil: Callable[[Path], None]
    error: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    duplicates: bool = False


def lines_of(folder):
    return gzip.decompress((folder / DUMP).read_bytes()).decode().splitlines()


def write(folder, lines, name=DUMP):
    (folder / name).write_bytes(gzip.compress("\n".join([*lines, ""]).encode()))


def header(change):
    def spoil(folder):
        first, *rows = lines_of(folder)
        write(folder, [change(first), *rows])

    return spoil


def cells(column, values):
    """Give the first rows these values in a column."""

    def spoil(folder):
        first, *rows = lines_of(folder)
        place = first.split(",").index(column)
        for number, value in enumerate(values):
            row = rows[number].split(",")
            row[place] = value
            rows[number] = ",".join(row)
        write(folder, [first, *rows])

    return spoil


def halved(folder):
    first, *rows = lines_of(folder)
    write(folder, [first, *rows[::2]])


def doubled(folder):
    shutil.copyfile(folder / DUMP, folder / "again.csv.gz")


def shifted(hours):
    def spoil(folder):
        first, *rows = lines_of(folder)
        place = first.split(",").index("traded_at")
        late = []
        for text in rows:
            row = text.split(",")
            moved = datetime.fromisoformat(row[place]) + timedelta(hours=hours)
            row[place] = moved.strftime("%Y-%m-%dT%H:%M:%SZ")
            late.append(",".join(row))
        write(folder, [first, *late])

    return spoil


def quoted_newline(folder):
    first, *rows = lines_of(folder)
    row = rows[0].split(",")
    row[0] = f'"{row[0]}'
    write(folder, [first, ",".join(row[:3]) + "\n" + ",".join([*row[:3]]) + '"', *rows[1:]])


def long_line(folder):
    """A line of 1 GiB; on the disk it is a hole."""
    text = "\n".join([*lines_of(folder), ""])
    (folder / DUMP).unlink()
    with (folder / "trades.csv").open("w") as file:
        file.write(text)
        file.truncate(file.tell() + (1 << 30))


def bomb(folder):
    with gzip.open(folder / "more.csv.gz", "wb") as file:
        file.write(gzip.decompress((folder / DUMP).read_bytes()))
        for _ in range(300):
            file.write(bytes(1 << 20))


def named(name):
    return lambda folder: shutil.copyfile(folder / DUMP, folder / name)


def linked(folder):
    (folder / "more.csv").symlink_to("/etc/passwd")


POISONS = [
    Poison("a field renamed", header(lambda text: text.replace("sol_lamports", "sol_amount")), error="new field"),
    Poison("a field added", header(lambda text: f"{text},slippage"), error="'slippage'.*canonical.py"),
    Poison("half of the volume", halved, error="rows"),
    Poison("a file twice", doubled, duplicates=True),
    Poison("a clock that is 6 h fast", shifted(6), error="future"),
    Poison("a clock that is 20 days slow", shifted(-24 * 20), error="not one line was accepted .* too_late"),
    Poison("negative amounts", cells("sol_lamports", ["-1", "-500000000", "-9"]), reasons={"sign": 3}),
    Poison("ids that are not base58", cells("trader_address", ["RDCT-0001", "0OIl" * 10]), reasons={"bad_address": 2}),
    Poison("a newline within quotes", quoted_newline, reasons={"unbalanced_quote": 1, "field_count": 1}),
    Poison("a line of 1 GiB", long_line, reasons={"line_too_long": 1}),
    Poison("a gzip bomb", bomb, error="inflates"),
    Poison("a command as a file name", named("a;rm -rf.csv.gz"), error="letters, digits"),
    Poison("an escaped path as a file name", named("..%2f..%2fetc.csv.gz"), error="letters, digits"),
    Poison("a right-to-left file name", named("trades\u202evsc.csv.gz"), error="letters, digits"),
    Poison("a link out of the landing", linked, error="leads out of the landing"),
    Poison("SQL as a mint", cells("token_mint", [SQL]), reasons={"bad_address": 1}),
    Poison("a formula as a trader", cells("trader_address", [FORMULA.replace(",", ";")]), reasons={"bad_address": 1}),
    Poison("lamports where SOL was meant, twice", cells("sol_lamports", ["9" * 18] * 2), reasons={"unit_mistake": 2}),
    Poison("more than the supply", cells("token_units", [str(10**15 + 1)]), reasons={"over_supply": 1}),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory, spark):
    """A lake of eight good days, enough for volume checks to stop a ninth; silver stands at the eighth."""
    home = tmp_path_factory.mktemp("home")
    settings = from_environment({"PUMPLOSS_HOME": str(home)})
    write_dumps(Market(days=9, trades_per_day=600), home / "whole")
    for day in GOOD:
        shutil.copytree(home / "whole" / "canonical" / str(day), Path(settings.landing) / "canonical" / str(day))
    with open_context(settings) as context:
        for step in ("bronze_trades", "silver_tokens", "silver_trades"):
            run_step(context, step, GOOD)
    return settings


@pytest.fixture
def folder(settings):
    """The ninth day's folder, whole."""
    place = Path(settings.landing) / "canonical" / str(BAD)
    shutil.copytree(settings.home / "whole" / "canonical" / str(BAD), place)
    yield place
    shutil.rmtree(place)


@pytest.mark.parametrize("poison", POISONS, ids=lambda poison: poison.name)
def test_a_poisoned_day(settings, folder, poison):
    records = len(lines_of(folder)) - 1
    poison.spoil(folder)
    with open_context(settings) as context:
        before = context.lake.version(bronze_trades.TABLE)
        if poison.error is not None:
            with pytest.raises(PumpLossError, match=f"(?s){poison.error}") as raised:
                run_step(context, "bronze_trades", [BAD])
            assert str(BAD) in str(raised.value) or "canonical" in str(raised.value), "the error names the place"
            assert context.lake.version(bronze_trades.TABLE) == before, "readers keep what they have"
            assert context.ledger.latest()[("bronze_trades", BAD)]["status"] == "failed"
            with pytest.raises(LakeError, match="bronze_trades"):
                run_step(context, "silver_trades", [date(2026, 1, 10)])
            return
        report = run_step(context, "bronze_trades", [BAD])
        counted = report.days[BAD]
        assert counted.rows_read == counted.rows_written + counted.rows_quarantined + counted.rows_duplicate
        assert report.details["reasons"] == poison.reasons
        assert counted.rows_duplicate == (records if poison.duplicates else 0)
        refused = pl.scan_delta(context.lake.path(quarantine_trades.TABLE)).filter(dump_day=BAD).collect()
        assert refused["reason"].value_counts().rows() or not poison.reasons
        assert set(refused["reason"]) == poison.reasons.keys()
        if poison.name == "SQL as a mint":
            assert SQL in refused["raw"][0], "the line is kept as it was"


def test_the_day_lands_again_whole(settings, folder):
    with open_context(settings) as context:
        reports = [run_step(context, step, [BAD]) for step in ("bronze_trades", "silver_tokens", "silver_trades")]
        assert reports[0].total("rows_quarantined") == 0
        assert reports[2].total("rows_written") == len(lines_of(folder)) - 1
        row = context.ledger.latest()[("bronze_trades", BAD)]
        assert [entry["quarantined"] for entry in json.loads(row["inputs"])] == [0]
