"""What a scan says of a line, and which lines of a block that leaves."""

import numpy as np
from numpy.typing import NDArray

from sources.reading.physical_lines import Block

#: Plain; plain if its bytes are UTF-8; not plain.
PLAIN, PLAIN_IF_UTF8, ODD = 0, 1, 2


def is_odd(block: Block, verdicts: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Per line whether the slower reader must look at it."""
    odd: NDArray[np.bool_] = verdicts == ODD
    unsure = np.flatnonzero(verdicts == PLAIN_IF_UTF8)
    if len(unsure) and not is_utf8(block.data):
        odd[unsure] = [not is_utf8(block.line(row)) for row in unsure.tolist()]
    return odd


def without(count: int, odd: NDArray[np.int64], taken: list[int]) -> NDArray[np.int64]:
    """The rows of a block in order, odd ones left out unless they were taken after all."""
    kept = np.ones(count, np.bool_)
    kept[odd] = False
    kept[taken] = True
    return np.flatnonzero(kept)


def is_utf8(text: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    if text.isascii():
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
