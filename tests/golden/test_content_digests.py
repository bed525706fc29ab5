"""What every table holds of a fixed market and of the real sets is what `content_digests.json` records.

Whoever changes what a table holds moves the record with it, on purpose: `make digests` writes it anew, and the commit
shows which tables moved. The market is that of `tests/building/nights.py`, 90 days with training and scores; the real
sets (see `tests/building/real_data.py`) run through every step that needs no model, each set in one pass.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from pumploss import checks
from tests.building import lakes, real_data

RECORD = Path(__file__).with_name("content_digests.json")
MEND = "If that is meant, run `make digests` and commit tests/golden/content_digests.json; else mend the code."


def table_digests(context):
    """Days, rows and one digest over the digests of all days, by table."""
    found = {}
    for table in lakes.data_tables():
        if context.lake.exists(table):
            by_day = checks.measure(table, context.lake.read(table)).digests
            text = "".join(f"{day} {digest}\n" for day, digest in sorted(by_day.items()))
            rows = sum(int(digest.split("-")[0]) for digest in by_day.values())
            found[table.name] = [len(by_day), rows, hashlib.sha256(text.encode()).hexdigest()[:16]]
    return dict(sorted(found.items()))


def differences(recorded, found):
    """One line for each table that is not as recorded."""
    said = []
    for table in sorted(recorded.keys() | found.keys()):
        was, now = recorded.get(table), found.get(table)
        if was != now:
            was, now = (("days {}, rows {}, digest {}".format(*one) if one else "no table") for one in (was, now))
            said.append(f"  {table}: {now}; recorded: {was}")
    return said


def write(name, found):
    """Record a set anew; other sets stay as they are."""
    record = {**json.loads(RECORD.read_text(encoding="utf-8")), name: found}
    sets = []
    for title, tables in sorted(record.items()):
        lines = ",\n".join(f"    {json.dumps(table)}: {json.dumps(entry)}" for table, entry in sorted(tables.items()))
        sets.append(f"  {json.dumps(title)}: {{\n{lines}\n  }}")
    RECORD.write_text("{\n" + ",\n".join(sets) + "\n}\n", encoding="utf-8")


def compare(name, found, request):
    """Fail with every table that differs, or record what was found where that is asked for."""
    if request.config.getoption("--rewrite-digests"):
        write(name, found)
        return
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))[name]
    said = differences(recorded, found)
    assert not said, "\n".join([f"Tables of the {name} hold something else than recorded.", *said, MEND])


@pytest.mark.slow
@pytest.mark.xdist_group("fixed market")
def test_tables_of_the_fixed_market(fixed_market, request):
    with lakes.opened(fixed_market) as context:
        found = table_digests(context)
    if not np._core._multiarray_umath.__cpu_features__["AVX512_SKX"]:
        # The exponential of scores differs in its last bit between processors; the record is of one with AVX-512.
        recorded = json.loads(RECORD.read_text(encoding="utf-8"))["fixed market"]
        found["gold_scores"][2] = recorded["gold_scores"][2]
    compare("fixed market", found, request)


@pytest.mark.slow
@pytest.mark.xdist_group("real data")
@real_data.needed
def test_tables_of_the_real_samples(real_samples, request):
    compare("real samples", table_digests(real_samples), request)


@pytest.mark.slow
@pytest.mark.xdist_group("real data")
@real_data.needed
def test_tables_of_the_bots_trades(bots_trades, request):
    compare("bots' trades", table_digests(bots_trades), request)


def test_a_changed_table_is_named_with_what_to_do():
    recorded = {"gold_scores": [1, 166, "a"], "silver_trades": [90, 5, "b"]}
    assert differences(recorded, recorded) == []
    assert differences(recorded, {"silver_trades": [90, 6, "c"]}) == [
        "  gold_scores: no table; recorded: days 1, rows 166, digest a",
        "  silver_trades: days 90, rows 6, digest c; recorded: days 90, rows 5, digest b",
    ]
