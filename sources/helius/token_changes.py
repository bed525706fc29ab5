"""Changes of token accounts out of nested JSON, by compiled code: one by one added to those of a wallet.

After an edit here touch `balance_changes.py` too: its cached machine code holds this module's.
"""

from pumploss.compiled import compiled
from sources.interpreting.addresses import is_bytes
from sources.reading.json_tokens import text_end
from sources.reading.words import WORD_BYTES, byte, number, put

_QUOTE, _COMMA, _COLON, _OPEN, _CLOSE, _BEGIN, _END, _MINUS, _ZERO, _NINE = (ord(letter) for letter in '",:{}[]-09')
KEYS = (
    *("account", "nativeBalanceChange", "tokenBalanceChanges"),
    *("mint", "rawTokenAmount", "tokenAccount", "userAccount"),
    *("decimals", "tokenAmount"),
)
ACCOUNT, NATIVE, TOKENS, _MINT, _RAW, _TOKEN_ACCOUNT, _USER, _DECIMALS, _AMOUNT = range(len(KEYS))
ADDRESS_BYTES, _MAX_DECIMALS = 32, 18
_MAX_DIGITS, MAX_SUM = 17, 10**18
#: No number, where one would be; far from every sum.
NONE = -(1 << 62)
#: Numbers that are kept of each mint that a wallet moved: place, length, base units, decimals.
MAX_MINTS, MINT_NUMBERS = 6, 4
#: Places in `frame`, the numbers that all functions share.
WALLET, WALLET_SIZE, LAMPORTS, COUNT, BOUNDS, LENGTHS, WIDTH, LETTERS, TABLE, SLOTS = range(10)


@compiled
def is_name(text: int, at: int, stop: int, table: int, places: int, name: int) -> bool:
    """Whether a text is a name of the table."""
    first = number(places, WORD_BYTES * name)
    if number(places, WORD_BYTES * (name + 1)) - first != stop - at:
        return False
    return _is_same(text, at, table, first, stop - at)


@compiled
def _is_same(text: int, at: int, other: int, first: int, size: int) -> bool:
    is_same = True
    for step in range(size):
        is_same &= byte(text, at + step) == byte(other, first + step)
    return is_same


@compiled
def key(text: int, at: int, end: int, is_first: bool) -> tuple[int, int]:
    """Where the text of a key begins and ends, behind a brace or a comma; -1 where it is none."""
    if at + 1 >= end or byte(text, at) != (_OPEN if is_first else _COMMA) or byte(text, at + 1) != _QUOTE:
        return -1, -1
    stop, _ = text_end(text, at + 2, end, True)
    if stop < 0 or stop + 2 >= end or byte(text, stop + 1) != _COLON:
        return -1, -1
    return at + 2, stop


@compiled
def text_value(text: int, at: int, end: int) -> int:
    """The place of the quote that ends a text; -1 where there is none."""
    return text_end(text, at + 1, end, True)[0] if at < end and byte(text, at) == _QUOTE else -1


@compiled
def integer(text: int, at: int, stop: int) -> int:
    """A whole number of few digits; `NONE` for anything else."""
    is_negative = at < stop and byte(text, at) == _MINUS
    at += is_negative
    if not 1 <= stop - at <= _MAX_DIGITS:
        return NONE
    value = 0
    while at < stop:
        letter = byte(text, at)
        if letter < _ZERO or letter > _NINE:
            return NONE
        value = value * 10 + letter - _ZERO
        at += 1
    return -value if is_negative else value


@compiled
def add(frame: int, place: int, value: int) -> bool:
    """Adds to one of the shared numbers; False where it grows too large."""
    total = number(frame, WORD_BYTES * place) + value
    put(frame, WORD_BYTES * place, total)
    return abs(total) < MAX_SUM


@compiled
def is_wallet(text: int, at: int, stop: int, frame: int) -> bool:
    """Whether a text is the address of the row's wallet."""
    size = number(frame, WORD_BYTES * WALLET_SIZE)
    return stop - at == size and _is_same(text, at, number(frame, WORD_BYTES * WALLET), 0, size)


@compiled
def _token(text: int, at: int, end: int, frame: int, places: int) -> int:
    """The place after one change of a token account, added to the wallet's if it is its; -1 where it is not plain."""
    table, is_own, mint, mint_stop, seen = number(frame, WORD_BYTES * TABLE), False, 0, 0, 0
    units, decimals = NONE, NONE
    for order in range(4):
        first, stop = key(text, at, end, order == 0)
        if first < 0:
            return -1
        at = stop + 2
        if is_name(text, first, stop, table, places, _RAW):
            at, units, decimals = _amount(text, at, end, table, places)
            seen |= 1
            if at < 0:
                return -1
            continue
        stop_of_value = text_value(text, at, end)
        if stop_of_value < 0:
            return -1
        if is_name(text, first, stop, table, places, _MINT):
            mint, mint_stop = at + 1, stop_of_value
            seen |= 2
        elif is_name(text, first, stop, table, places, _USER):
            is_own = is_wallet(text, at + 1, stop_of_value, frame)
            seen |= 4
        elif is_name(text, first, stop, table, places, _TOKEN_ACCOUNT):
            seen |= 8
        at = stop_of_value + 1
    if seen != 15 or at >= end or byte(text, at) != _CLOSE or not _is_address(text, mint, mint_stop, frame):
        return -1
    return at + 1 if not is_own or _moved(text, mint, mint_stop, units, decimals, frame) else -1


@compiled
def _amount(text: int, at: int, end: int, table: int, places: int) -> tuple[int, int, int]:
    """The place after a token amount, its base units and decimals; -1 first where it is not plain."""
    units, decimals = NONE, NONE
    for order in range(2):
        first, stop = key(text, at, end, order == 0)
        stop_of_value = text_value(text, stop + 2, end) if first >= 0 else -1
        if stop_of_value < 0:
            return -1, units, decimals
        value = integer(text, stop + 3, stop_of_value)
        if is_name(text, first, stop, table, places, _AMOUNT):
            units = value
        elif is_name(text, first, stop, table, places, _DECIMALS):
            decimals = value
        at = stop_of_value + 1
    is_plain = units != NONE and 0 <= decimals <= _MAX_DECIMALS and at < end and byte(text, at) == _CLOSE
    return (at + 1 if is_plain else -1), units, decimals


@compiled
def _is_address(text: int, at: int, stop: int, frame: int) -> bool:
    limits, lengths = number(frame, WORD_BYTES * BOUNDS), number(frame, WORD_BYTES * LENGTHS)
    width, known = number(frame, WORD_BYTES * WIDTH), number(frame, WORD_BYTES * LETTERS)
    return is_bytes(text, at, stop, ADDRESS_BYTES, limits, lengths, width, known)


@compiled
def _moved(text: int, mint: int, mint_stop: int, units: int, decimals: int, frame: int) -> bool:
    """Adds a change to those of its mint; False where decimals differ, or mints or units become too many."""
    count = number(frame, WORD_BYTES * COUNT)
    for other in range(count):
        slot = SLOTS + MINT_NUMBERS * other
        size = number(frame, WORD_BYTES * (slot + 1))
        if size == mint_stop - mint and _is_same(text, mint, text, number(frame, WORD_BYTES * slot), size):
            return number(frame, WORD_BYTES * (slot + 3)) == decimals and add(frame, slot + 2, units)
    if count >= MAX_MINTS:
        return False
    slot = WORD_BYTES * (SLOTS + MINT_NUMBERS * count)
    put(frame, slot, mint)
    put(frame, slot + WORD_BYTES, mint_stop - mint)
    put(frame, slot + 2 * WORD_BYTES, units)
    put(frame, slot + 3 * WORD_BYTES, decimals)
    put(frame, WORD_BYTES * COUNT, count + 1)
    return True


@compiled
def token_changes(text: int, at: int, end: int, frame: int, places: int) -> int:
    """The place after a list of token changes; -1 where it is not plain.

    It is `_accounts` again: what functions in a circle are compiled to cannot be kept on disk.
    """
    if at >= end or byte(text, at) != _BEGIN:
        return -1
    at += 1
    if at < end and byte(text, at) == _END:
        return at + 1
    while 0 <= at < end:
        at = _token(text, at, end, frame, places)
        if at < 0 or at >= end:
            return -1
        if byte(text, at) == _END:
            return at + 1
        at = at + 1 if byte(text, at) == _COMMA else -1
    return -1
