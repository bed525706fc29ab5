"""Draws the traders of a night whose features are recomputed, reads what that needs, and compares."""
