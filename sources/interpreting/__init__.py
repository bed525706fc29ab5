"""Turns records of text into typed columns: rows, casts, numbers, addresses, venues, swaps."""
