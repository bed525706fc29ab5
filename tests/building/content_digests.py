"""Content digests of the tables of a lake, and the record of them."""

import hashlib
import json
from pathlib import Path

from pumploss import checks
from tests.building import lakes

RECORD = Path(__file__).parents[1] / "golden" / "content_digests.json"
MEND = "If that is meant, run `make digests` and commit tests/golden/content_digests.json; else mend the code."


def table_digests(context):
    """Days, rows and one digest over the digests of all days, by table."""
    found = {}
    for table in lakes.data_tables():
        if context.lake.exists(table):
            by_day = checks.digests(table, context.lake.read(table))
            text = "".join(f"{day} {digest}\n" for day, digest in sorted(by_day.items()))
            rows = sum(int(digest.split("-")[0]) for digest in by_day.values())
            found[table.name] = [len(by_day), rows, hashlib.sha256(text.encode()).hexdigest()[:16]]
    return dict(sorted(found.items()))


def recorded():
    """Reads what is recorded: by set and table the number of days and of rows, and the digest."""
    return json.loads(RECORD.read_text(encoding="utf-8"))


def differences(before, found):
    """One line for each table that is not as recorded."""
    said = []
    for table in sorted(before.keys() | found.keys()):
        was, now = before.get(table), found.get(table)
        if was != now:
            was, now = (("days {}, rows {}, digest {}".format(*one) if one else "no table") for one in (was, now))
            said.append(f"  {table}: {now}; recorded: {was}")
    return said


def record(name, found):
    """Record a set anew; other sets stay as they are."""
    written = {**recorded(), name: found}
    sets = []
    for title, tables in sorted(written.items()):
        lines = ",\n".join(f"    {json.dumps(table)}: {json.dumps(entry)}" for table, entry in sorted(tables.items()))
        sets.append(f"  {json.dumps(title)}: {{\n{lines}\n  }}")
    RECORD.write_text("{\n" + ",\n".join(sets) + "\n}\n", encoding="utf-8")


def compare(name, found, request):
    """Fail with every table that differs, or record what was found where that is asked for."""
    if request.config.getoption("--rewrite-digests"):
        record(name, found)
        return
    said = differences(recorded()[name], found)
    assert not said, "\n".join([f"Tables of the {name} hold something else than recorded.", *said, MEND])
