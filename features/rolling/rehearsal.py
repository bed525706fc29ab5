"""Compiles all kernels of windows by drawing the windows of nobody: these compile what windows of anybody need."""

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from features.rolling import entry_loops
from features.rolling.mint_histories import READ, MintHistories
from features.rolling.walk import windows
from pumploss.compiled import is_to_be_compiled
from pumploss.contract import Table
from pumploss.tables import gold_token_day


def is_needed() -> bool:
    """Tell whether the next windows would have to be compiled first, judged by what they come to last."""
    return is_to_be_compiled(entry_loops.__name__)


def rehearse() -> None:
    """Draw the windows of nobody, out of tables without rows."""
    windows(_nothing, MintHistories.of(_nothing(gold_token_day.TABLE, READ)), [date(2024, 1, 1)])


def _nothing(table: Table, names: Collection[str]) -> pa.Table:
    return table.arrow_schema.empty_table().select(list(names))


if __name__ == "__main__":
    rehearse()
