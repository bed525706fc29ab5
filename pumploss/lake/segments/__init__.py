"""Keeps state of earlier days in segments: derived, immutable, looked up by value."""
