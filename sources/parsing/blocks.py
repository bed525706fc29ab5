"""Parses blocks of records: interprets them as their source does, and tells trades, events and refused lines apart."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pumploss.money import MOST_LAMPORTS, MOST_RESERVE_LAMPORTS
from pumploss.reasons import Reason
from sources.declaration import Source
from sources.interpreting.rows import Rows
from sources.parsing.read_file import FileKey
from sources.parsing.schema import LEG_COLUMNS, Occurrences, batch, line_digests, of_file, refused_batch, repeated
from sources.reading.records import ReadBlock, Records, Refused, refuse

#: The most lamports that one line may state: what is larger is no trade, and would not fit sums over trades. Units are
#: bounded by 64 bits alone, and their sums are wider.
MOST = {
    "sol_lamports": MOST_LAMPORTS,
    "fee_lamports": MOST_LAMPORTS,
    "virtual_sol_lamports": MOST_RESERVE_LAMPORTS,
    "real_sol_lamports": MOST_RESERVE_LAMPORTS,
}
#: How far back a daily source may correct itself.
MAX_LATENESS = timedelta(days=7)


def parse_block(source: Source, key: FileKey, block: ReadBlock, occurrences: Occurrences) -> Iterator[pa.RecordBatch]:
    """Parses a block of a file's records: trades and events, then the refused lines in their order."""
    records, refused = block
    rows, more, legs = _interpret(source, key, records, occurrences)
    if rows.num_rows:
        yield rows
    if refused or more:
        yield refused_batch(sorted(refused + more, key=lambda line: line.line_number), key, legs)


def _interpret(
    source: Source, key: FileKey, records: Records, occurrences: Occurrences
) -> tuple[pa.RecordBatch, list[Refused], pa.Table | None]:
    """Reads the trades and events of a block of records, the lines that are none, and what these moved of coins."""
    if not len(records):
        return batch(0, {}), [], None
    rows = Rows(source, records)
    columns = source.interpret(rows)
    times = [columns[name] for name in ("traded_at", "occurred_at") if name in columns]
    _refuse_by_date(source, key.dump_day, rows, pc.coalesce(*times))
    for name, most in MOST.items():
        if name in columns:
            rows.refuse_beyond(name, columns[name], most)
    accepted = rows.is_accepted
    refused = [
        refuse(int(records.numbers[row]), *rows.refusal(row), records.raw(row))
        for row in np.flatnonzero(~accepted).tolist()
    ]
    legs = _legs(rows, records, columns)
    digests = line_digests(source, records, accepted)
    if not accepted.all():
        columns = {name: column.filter(pa.array(accepted)) for name, column in columns.items()}
    is_signed = columns["signature"].is_valid().to_numpy(zero_copy_only=False)
    values = {
        **repeated(len(digests), {"kind": "trade", "is_decimals_assumed": False, **of_file(key)}),
        **columns,
        **_kinds(columns),
        "is_rounded": pa.array(rows.is_rounded[accepted]),
        "is_float": pa.array(rows.is_float[accepted]),
        "line_number": pa.array(records.numbers[accepted]),
        "line_digest": digests,
        "occurrence": occurrences.number(digests, is_signed),
    }
    return batch(len(digests), values), refused, legs


def _legs(rows: Rows, records: Records, columns: dict[str, pa.Array]) -> pa.Table | None:
    """Keeps what refused swaps between two coins moved, by line; None where there are none."""
    if "quote_mint" not in columns:
        return None
    where = pa.array(rows.is_refused_as(Reason.NON_SOL_QUOTE))
    if not where.true_count:
        return None
    kept = {name: columns[name].filter(where) for name in LEG_COLUMNS}
    return pa.table({"line_number": pa.array(records.numbers).filter(where), **kept})


def _kinds(columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Says what each row is, where a source tells events from trades."""
    if "event_kind" not in columns:
        return {}
    return {"kind": pc.if_else(columns["event_kind"].is_valid(), "event", "trade")}


def _refuse_by_date(source: Source, dump_day: date, rows: Rows, traded_at: pa.TimestampArray) -> None:
    """Refuses trades and events after the dump day, and for daily sources those over 7 days before it."""
    midnight = datetime.combine(dump_day, time(), UTC)
    rows.refuse(pc.greater_equal(traded_at, midnight + timedelta(days=1)), Reason.FUTURE, source.time_field)
    if source.is_daily:
        rows.refuse(pc.less(traded_at, midnight - MAX_LATENESS), Reason.TOO_LATE, source.time_field)
