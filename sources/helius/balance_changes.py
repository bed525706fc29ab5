"""What transactions did to the balances of wallets, read out of nested JSON by compiled code where it is plain.

Plain is a row that is a sale or purchase of one coin against SOL, written exactly as `helius_enhanced` expects it, with
numbers of up to 17 digits. All others, trades or not, are left to the slower reader, which says why.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.helius.token_changes import (
    ACCOUNT,
    ADDRESS_BYTES,
    BOUNDS,
    COUNT,
    KEYS,
    LAMPORTS,
    LENGTHS,
    LETTERS,
    MAX_MINTS,
    MAX_SUM,
    MINT_NUMBERS,
    NATIVE,
    NONE,
    SLOTS,
    TABLE,
    TOKENS,
    WALLET,
    WALLET_SIZE,
    WIDTH,
    add,
    integer,
    is_name,
    is_wallet,
    key,
    text_value,
    token_changes,
)
from sources.interpreting.addresses import IS_LETTER, bounds
from sources.reading.spans import texts
from sources.reading.words import WORD_BYTES, byte, number

_COMMA, _CLOSE, _BEGIN, _END = (ord(letter) for letter in ",}[]")

#: Mint, base units, decimals, lamports; signed.
PlainChange = tuple[str, int, int, int]


def plain_changes(
    account_data: pa.StringArray, wallets: pa.StringArray, sol_mints: tuple[str, ...], stable_mints: tuple[str, ...]
) -> list[PlainChange | None]:
    """The change of each row's wallet; None where the slower reader must look."""
    found = np.zeros((len(account_data), 5), np.int64)
    table, places = _joined((*KEYS, *sol_mints, *stable_mints))
    quotes = np.array([len(KEYS), len(KEYS) + len(sol_mints), len(places) - 1], np.int64)
    columns = (*texts(account_data), *texts(wallets))
    _read(*columns, table, places, quotes, *bounds(ADDRESS_BYTES), IS_LETTER, found)
    data = columns[0].tobytes()
    return [
        (data[begin : begin + size].decode(), units, decimals, lamports) if size else None
        for begin, size, units, decimals, lamports in found.tolist()
    ]


@cache
def _joined(names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts end to end, and where each begins."""
    places = np.cumsum([0, *map(len, names)], dtype=np.int64)
    return np.frombuffer("".join(names).encode(), np.uint8), places


@compiled
def _read(
    letters: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    is_null: NDArray[np.bool_],
    wallet_letters: NDArray[np.uint8],
    wallet_offsets: NDArray[np.int32],
    is_wallet_null: NDArray[np.bool_],
    table: NDArray[np.uint8],
    places: NDArray[np.int64],
    quotes: NDArray[np.int64],
    address_bounds: NDArray[np.uint8],
    bound_lengths: NDArray[np.int64],
    is_letter: NDArray[np.bool_],
    found: NDArray[np.int64],
) -> None:
    """Fills in, per row, place and length (0: not plain) of the mint, base units, decimals and lamports."""
    frame = np.zeros(SLOTS + MINT_NUMBERS * MAX_MINTS, np.int64)
    frame[BOUNDS], frame[LENGTHS] = address_bounds.ctypes.data, bound_lengths.ctypes.data
    frame[WIDTH], frame[LETTERS] = address_bounds.shape[2], is_letter.ctypes.data
    frame[TABLE] = table.ctypes.data
    text = letters.ctypes.data
    for row in range(len(found)):
        if (len(is_null) > 0 and is_null[row]) or (len(is_wallet_null) > 0 and is_wallet_null[row]):
            continue
        frame[WALLET] = wallet_letters.ctypes.data + wallet_offsets[row]
        frame[WALLET_SIZE] = wallet_offsets[row + 1] - wallet_offsets[row]
        frame[LAMPORTS], frame[COUNT] = 0, 0
        at, end = offsets[row], offsets[row + 1]
        if _accounts(text, at, end, frame.ctypes.data, places.ctypes.data) != end:
            continue
        coin, coins, lamports = -1, 0, frame[LAMPORTS]
        for mint in range(frame[COUNT]):
            slot = SLOTS + MINT_NUMBERS * mint
            quote = -1
            for other in range(quotes[0], quotes[2]):
                if is_name(
                    text, frame[slot], frame[slot] + frame[slot + 1], table.ctypes.data, places.ctypes.data, other
                ):
                    quote = other
            if 0 <= quote < quotes[1]:
                lamports += frame[slot + 2]
            elif frame[slot + 2] != 0:
                coin, coins = slot if quote < 0 else -1, coins + 1
        units = frame[coin + 2] if coin >= 0 else 0
        is_trade = coins == 1 and ((units > 0 and lamports < 0) or (units < 0 and lamports >= 0))
        if is_trade and abs(lamports) < MAX_SUM:
            found[row] = (frame[coin], frame[coin + 1], units, frame[coin + 3], lamports)


@compiled
def _accounts(text: int, at: int, end: int, frame: int, places: int) -> int:
    """The place after a list of accounts; -1 where it is not plain."""
    if at >= end or byte(text, at) != _BEGIN:
        return -1
    at += 1
    if at < end and byte(text, at) == _END:
        return at + 1
    while 0 <= at < end:
        at = _account(text, at, end, frame, places)
        if at < 0 or at >= end:
            return -1
        if byte(text, at) == _END:
            return at + 1
        at = at + 1 if byte(text, at) == _COMMA else -1
    return -1


@compiled
def _account(text: int, at: int, end: int, frame: int, places: int) -> int:
    """The place after one account, its changes added to the wallet's; -1 where it is not plain."""
    table, is_own, native, seen = number(frame, WORD_BYTES * TABLE), False, NONE, 0
    for order in range(3):
        first, stop = key(text, at, end, order == 0)
        if first < 0:
            return -1
        at = stop + 2
        if is_name(text, first, stop, table, places, TOKENS):
            at = token_changes(text, at, end, frame, places)
            seen |= 1
            if at < 0:
                return -1
            continue
        stop_of_value = text_value(text, at, end)
        if stop_of_value < 0:
            return -1
        if is_name(text, first, stop, table, places, ACCOUNT):
            is_own = is_wallet(text, at + 1, stop_of_value, frame)
            seen |= 2
        elif is_name(text, first, stop, table, places, NATIVE):
            native = integer(text, at + 1, stop_of_value)
            seen |= 4
        at = stop_of_value + 1
    if seen != 7 or native == NONE or at >= end or byte(text, at) != _CLOSE:
        return -1
    return at + 1 if add(frame, LAMPORTS, native if is_own else 0) else -1
