"""Judges dumps and published rows before readers see them."""
