"""Reads Delta tables and replaces them by day; nothing outside this package writes Delta.

Every command imports this package and must start fast, so heavy libraries are imported where they are used.
`segments`, which only the jobs import, needs no such care.
"""

from pumploss.lake.delta import Lake
from pumploss.lake.ledger import Ledger

__all__ = ["Lake", "Ledger"]
