"""Turns stored bytes into records of text: files, codecs, physical lines, CSV, JSON lines, Parquet."""
