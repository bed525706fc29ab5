"""Finds what has landed: folders of sources and days, and which days a run takes."""
