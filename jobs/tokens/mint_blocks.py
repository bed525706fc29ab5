"""Parts trades into blocks that can be computed one after another: memory holds one of them at a time."""

from collections.abc import Iterator, Mapping
from datetime import date

from pyspark.sql import Column
from pyspark.sql import functions as F

from pumploss.packing import packed


def mint_blocks(rows: Mapping[date, int], rows_at_once: int) -> tuple[Column, ...]:
    """Makes conditions of which every trade of these trade dates meets one; none where one block holds all.

    `rows` are about how many trades each date has. A block is some dates whole, or some mints of a large one: of a mint
    and date all trades are in one block, since their order and their copies are looked for there.
    """
    if sum(rows.values()) <= rows_at_once:
        return ()
    return tuple(_conditions(sorted(rows.items()), rows_at_once))


def _conditions(rows: list[tuple[date, int]], rows_at_once: int) -> Iterator[Column]:
    for days, trades in packed(rows, rows_at_once):
        if trades > rows_at_once:
            parts = -(-trades // rows_at_once)
            mint = F.pmod(F.xxhash64("token_mint"), F.lit(parts))
            yield from ((F.col("trade_date") == F.lit(days[0])) & (mint == part) for part in range(parts))
        else:
            yield F.col("trade_date").isin(*days)
