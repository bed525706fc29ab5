"""Lines that name an erased trader leave nothing but their place."""

import base64
from datetime import date

import pyarrow as pa
import pytest

from jobs.bronze.erased_lines import ERASED, names_erased, without_erased
from jobs.erasing.forms import Trader
from pumploss.lake.tombstones import Marks, hashed
from sources.parsing.schema import PARSED, batch
from tests.building.addresses import address

KEY = b"k" * 32
ANN, BOB = Trader(address("ann")), Trader(address("bob"))
MARKS = Marks(KEY, frozenset(hashed(KEY, name) for name in ANN.names))


def rows(*given):
    columns = {name: pa.array([row.get(name) for row in given], PARSED.field(name).type) for name in PARSED.names}
    return batch(len(given), columns)


def row(number, kind, **given):
    place = {"file": "canonical/2026-01-05/f.csv", "dump_day": date(2026, 1, 5), "source": "canonical"}
    return {**place, "line_number": number, "kind": kind, **given}


def parsed(*given):
    parse = without_erased(lambda files: files, MARKS)
    return pa.Table.from_batches(list(parse(iter([rows(*given)]))), PARSED).to_pylist()


def test_every_line_is_kept_or_leaves_its_place():
    kept = [
        row(1, "trade", trader_address=BOB.address, token_mint="m"),
        row(3, "refused", raw=f"x,{BOB.address}", reason="malformed"),
        row(6, "event", creator_address=BOB.address),
        row(None, "file", records=6),
    ]
    gone = [
        row(2, "trade", trader_address=ANN.address, token_mint="m", sol_lamports=5),
        row(4, "refused", raw=f"x,{ANN.address},", reason="malformed"),
        row(5, "refused", trader_address=ANN.address, raw="{}", reason="non_sol_quote"),
    ]
    found = sorted(parsed(*kept, *gone), key=lambda one: one["line_number"] or 9)
    assert [(one["line_number"], one["kind"]) for one in found] == [
        (1, "trade"), (2, ERASED), (3, "refused"), (4, ERASED), (5, ERASED), (6, "event"), (None, "file"),
    ]  # fmt: skip
    place = {"kind", "file", "dump_day", "source", "line_number"}
    assert all(
        {name for name, value in one.items() if value is not None} == place for one in found if one["kind"] == ERASED
    )


def test_a_launch_stays_without_its_creator():
    (found,) = parsed(row(1, "event", creator_address=ANN.address, token_mint="m"))
    assert (found["kind"], found["creator_address"], found["token_mint"]) == ("event", None, "m")


def test_without_erasures_nothing_is_looked_at():
    def parse(files):
        yield from files

    assert without_erased(parse, None) is parse


@pytest.mark.parametrize("before", range(4))
def test_bytes_inside_an_event_are_looked_into(before):
    for trader, is_named in ((ANN, True), (BOB, False)):
        data = bytes(before) + trader.names[1] + b"tail"
        assert names_erased(f'{{"data": "{base64.b64encode(data).decode()}"}}', MARKS) is is_named
        assert names_erased(f'{{"data": "{data.hex()}"}}', MARKS) is is_named
