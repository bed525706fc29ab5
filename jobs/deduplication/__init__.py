"""Finds copies of one trade: within a source, and across sources."""
