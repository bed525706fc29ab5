"""Reads Delta tables and replaces them by day; nothing outside this package writes Delta."""

from pumploss.lake.delta import Lake
from pumploss.lake.ledger import Ledger

__all__ = ["Lake", "Ledger"]
