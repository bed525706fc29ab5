"""A whole pass over dumps."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pyarrow.parquet as pq

from jobs.running.context import open_context
from jobs.running.runner import run_step
from pumploss.tables import bronze_trades, quarantine_trades
from tests.building.source_lines import MINT, SIGNATURE, TRADER

D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_mistaken_unit_is_refused_whole_and_accounted_for(context, land, rows_of):
    plain = {"trader_address": "t", "token_mint": "m", "direction": "buy", "token_units": 10**9, "sol_lamports": 10**7}
    dump = [{**plain, "traded_at": NOON.replace(minute=n), "signature": f"s{n}"} for n in range(9)]
    dump[4]["sol_lamports"] *= 10**9
    path = land(context.settings.landing, D1, dump)
    report = run_step(context, "bronze_trades", [D1])
    (row,) = rows_of(context.lake.read(quarantine_trades.TABLE))
    assert (row["reason"], row["line_number"]) == ("unit_mistake", 6)
    assert row["raw"] == gzip.decompress(path.read_bytes()).decode().splitlines()[5]
    assert sorted(row["line_number"] for row in rows_of(context.lake.read(bronze_trades.TABLE))) == [
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        10,
    ]
    day = report.days[D1]
    assert (day.rows_read, day.rows_written, day.rows_quarantined, day.rows_duplicate) == (9, 8, 1, 0)
    assert report.details["reasons"] == {"unit_mistake": 1}


def test_numbers_of_floats_are_taken_and_counted(context, rows_of):
    folder = Path(context.settings.landing) / "pumpportal" / D1.isoformat()
    folder.mkdir(parents=True)
    frame = {
        "received_at": 1767614400000, "signature": SIGNATURE, "mint": MINT, "traderPublicKey": TRADER, "txType": "buy",
        "tokenAmount": 40.5, "solAmount": 1.5, "pool": "pump",
    }  # fmt: skip
    changed = ({}, {"solAmount": 1.6969614039999998}, {"received_at": 1767614400000.0, "tokenAmount": 1e-05},
               {"solAmount": 0.0299553091})  # fmt: skip
    (folder / "feed.jsonl").write_text("".join(json.dumps({**frame, **more}) + "\n" for more in changed))
    report = run_step(context, "bronze_trades", [D1])
    rows = sorted(rows_of(context.lake.read(bronze_trades.TABLE)), key=lambda row: row["line_number"])
    found = [(row["sol_lamports"], row["token_units"], row["is_rounded"]) for row in rows]
    assert found == [(15 * 10**8, 40500000, False), (1696961404, 40500000, True), (15 * 10**8, 10, False)]
    assert report.details["reasons"] == {"precision": 1}
    (file,) = report.days[D1].inputs
    assert file["float_count"] == 1
    assert any(note.startswith("1 lines have whole numbers") for note in report.notes)
    assert any(note.startswith("1 trades have an amount that was rounded") for note in report.notes)


def test_a_day_that_is_sorted_in_blocks_is_the_same_day(settings, land, market, rows_of, tmp_path):
    dumps = market(Random(5), [D1, D2, D3], 60)
    for day, trades in dumps.items():
        land(settings.landing, day, trades[::2], "first")
        land(settings.landing, day, [*trades[1::2], *trades[:3]], "second")
    tables = []
    for rows_at_once in (7, 10**6):
        found = replace(settings, lake=str(tmp_path / f"lake-{rows_at_once}"), rows_at_once=rows_at_once)
        with open_context(found) as context:
            run_step(context, "bronze_trades", [D1, D2, D3])
            tables.append(rows_of(context.lake.read(bronze_trades.TABLE), "file", "line_number"))
            files = context.lake.files(bronze_trades.TABLE)
        places = [pq.read_table(file.path, columns=["file", "line_number"], partitioning=None) for file in files]
        assert all(rows.equals(rows.sort_by([("file", "ascending"), ("line_number", "ascending")])) for rows in places)
        assert (len(files) > 3) == (rows_at_once == 7)
    assert tables[0] == tables[1]
