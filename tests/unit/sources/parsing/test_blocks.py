from datetime import date, timedelta

import pyarrow as pa
import pytest

from sources import source
from sources.parsing.blocks import MAX_LATENESS, parse_block
from sources.parsing.read_file import FileKey
from sources.parsing.schema import PARSED, Occurrences
from sources.reading.csv_lines import read
from sources.reading.physical_lines import blocks

DAY = date(2026, 1, 2)


@pytest.fixture
def parsed(line, as_csv):
    """The rows of good lines of a source, some of their fields changed, as one block."""

    def parsed(name, *changes, day=DAY):
        text = as_csv([line(name, **changed) for changed in changes])
        (block,) = blocks([text])
        names = block.line(0).decode().split(",")
        split = read(block.pick(slice(1, None)), names)
        key = FileKey(day, name, f"{name}/{day}/a.csv")
        return pa.Table.from_batches(list(parse_block(source(name), key, split, Occurrences())), PARSED).to_pylist()

    return parsed


def test_trades_come_first_then_refused_lines_in_their_order(parsed):
    rows = parsed("canonical", {"direction": "hold"}, {}, {"slot": "x"}, {"slot": "5"})
    assert [(row["kind"], row["line_number"]) for row in rows] == [
        ("trade", 3), ("trade", 5), ("refused", 2), ("refused", 4)
    ]  # fmt: skip
    assert {row["file"] for row in rows} == {f"canonical/{DAY}/a.csv"}
    assert [row["detail"] for row in rows[2:]] == ["direction='hold'", "slot='x'"]


def test_a_block_of_nothing_gives_no_rows(parsed):
    assert [row["reason"] for row in parsed("canonical", {"slot": "x"})] == ["malformed"]


@pytest.mark.parametrize(
    ("days", "daily", "sample"),
    [(0, None, None), (-1, "future", "future"), (MAX_LATENESS.days, None, None), (8, "too_late", None)],
)
def test_only_daily_sources_are_ever_too_late(parsed, days, daily, sample):
    day = DAY + timedelta(days=days)
    assert [row["reason"] for row in parsed("canonical", {}, day=day)] == [daily]
    assert [row["reason"] for row in parsed("curve_deltas", {}, day=day)] == [sample]
