"""Walks the trades of days, file by file: profit and loss, the lots that are left, and round trips."""
