"""Makes canonical columns: a day's numbers as an Arrow table, with identities, slots and times."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import pyarrow as pa

from pumploss.money import PUMP_TOKEN_DECIMALS
from simulator import identities
from simulator.arrays import Flags, Int8s, Int64s, Letters
from simulator.curve import fees_of
from simulator.day_by_day import DayTape
from simulator.launches import SECOND

SCHEMA: Final = pa.schema(
    [
        ("traded_at", pa.timestamp("us", "UTC")),
        ("slot", pa.int64()),
        ("tx_index", pa.int32()),
        ("event_index", pa.int32()),
        ("signature", pa.string()),
        ("trader_address", pa.string()),
        ("token_mint", pa.string()),
        ("direction", pa.string()),
        ("token_units", pa.int64()),
        ("token_decimals", pa.int32()),
        ("sol_lamports", pa.int64()),
        ("fee_lamports", pa.int64()),
        ("virtual_sol_lamports", pa.int64()),
        ("virtual_token_units", pa.int64()),
        ("venue", pa.string()),
    ]
)

#: Slots are 0.4 s, a day is a whole number of them, and a moment's slot is the same in any market.
SLOT_MICROSECONDS: Final = 400_000
_SLOT_EPOCH: Final = (390_000_000, datetime(2026, 1, 1, tzinfo=UTC))
#: Other transactions of a slot lie between ours: the largest step of the index.
_LARGEST_STEP: Final = 60
_CHUNK_ROWS: Final = 1_000_000

Namer = Callable[[int, Int64s], Letters]


def to_table(tape: DayTape, seed: int) -> pa.Table:
    """Make the day a table of SCHEMA, in chain order."""
    trades = tape.trades
    midnight = datetime(tape.day.year, tape.day.month, tape.day.day, tzinfo=UTC)
    slot = (trades.time - tape.midnight) // SLOT_MICROSECONDS
    second = slot * SLOT_MICROSECONDS // SECOND
    transaction = np.cumsum(~trades.has_same_transaction) - 1 + tape.first_transaction
    columns = [
        pa.array((second + int(midnight.timestamp())) * SECOND, SCHEMA.field("traded_at").type),
        pa.array(slot + _slot_of(midnight)),
        pa.array(_transaction_index(slot, transaction), pa.int32()),
        pa.array(trades.has_same_transaction.astype(np.int32)),
        _strings(seed, identities.signatures, transaction),
        _strings(seed, identities.trader_addresses, trades.trader),
        _strings(seed, identities.mint_addresses, trades.mint),
        _chosen(trades.is_buy, ["sell", "buy"]),
        pa.array(trades.units),
        pa.array(np.full(len(slot), PUMP_TOKEN_DECIMALS, np.int32)),
        pa.array(trades.lamports),
        pa.array(fees_of(trades.lamports)),
        pa.array(trades.sol_reserve),
        pa.array(trades.token_reserve),
        _chosen(trades.venue, ["pump_curve", "pumpswap"]),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _slot_of(moment: datetime) -> int:
    number, start = _SLOT_EPOCH
    return number + int((moment - start).total_seconds()) * SECOND // SLOT_MICROSECONDS


def _transaction_index(slot: Int64s, transaction: Int64s) -> Int64s:
    """Number transactions upwards within the slot, with gaps that depend on the transaction's number alone."""
    is_new = np.ones(len(slot), np.bool_)
    is_new[1:] = np.diff(transaction) > 0
    step = np.where(is_new, 1 + transaction * 2_654_435_761 % 4_294_967_291 % _LARGEST_STEP, 0)
    reached = np.cumsum(step)
    starts = np.ones(len(slot), np.bool_)
    starts[1:] = np.diff(slot) > 0
    before = np.maximum.accumulate(np.where(starts, reached - step, 0))
    return reached - before


def _strings(seed: int, name: Namer, numbers: Int64s) -> pa.ChunkedArray:
    """Make identities by number; in chunks, because offsets into one array of strings are 32 bits."""
    starts = range(0, len(numbers), _CHUNK_ROWS)
    chunks = [_fixed_width(name(seed, numbers[at : at + _CHUNK_ROWS])) for at in starts]
    return pa.chunked_array(chunks, pa.string())


def _fixed_width(letters: Letters) -> pa.StringArray:
    """Make strings of rows of letters, shape (n, width), without a copy."""
    rows, width = letters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(letters))


def iso_text(day: date, moments: Int64s) -> pa.Array:
    """Write microseconds since the epoch, all on `day`, as `2026-01-01T00:00:00Z`."""
    letters = np.empty((len(moments), 20), np.uint8)
    letters[:] = np.frombuffer(f"{day.isoformat()}T00:00:00Z".encode(), np.uint8)
    second = moments // SECOND % 86_400
    # Every text begins as midnight of the day; the digits of hour, minute and second are added to its zeros.
    for letter, unit in ((11, second // 3600), (14, second // 60 % 60), (17, second % 60)):
        letters[:, letter] += (unit // 10).astype(np.uint8)
        letters[:, letter + 1] += (unit % 10).astype(np.uint8)
    return _fixed_width(letters)


def _chosen(which: Flags | Int8s, names: list[str]) -> pa.Array:
    indices = pa.array(which.astype(np.int8))
    return pa.DictionaryArray.from_arrays(indices, pa.array(names)).dictionary_decode()
