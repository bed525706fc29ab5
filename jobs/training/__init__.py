"""Trains models from the lake: the rows, and the run."""
