"""Says what a table is: `table` has the contract itself, `column` and `check` what it is made of."""

from pumploss.contract.check import SHARE_LIMIT, Check, Metric, Severity, holds, within
from pumploss.contract.column import VOLATILE_PREFIXES, Column, Type
from pumploss.contract.table import Table

__all__ = [
    "SHARE_LIMIT", "VOLATILE_PREFIXES", "Check", "Column", "Metric", "Severity", "Table", "Type", "holds", "within",
]  # fmt: skip
