"""Turns landed files into batches of one schema: trades, token events, refused lines."""
