"""Keeps the state of earlier days in segments: derived from a table's days, immutable, looked up by value.

`keep` brings the segments of a table up to a day, `coverage` says which of them make up the state before a day, and
`look_up` reads the rows of a few values from them.
"""

from pumploss.lake.segments.building import keep
from pumploss.lake.segments.dropping import DROPPED
from pumploss.lake.segments.lookup import Coverage, Opened, coverage, look_up
from pumploss.lake.segments.manifest import Segment, State, built_days

__all__ = ["DROPPED", "Coverage", "Opened", "Segment", "State", "built_days", "coverage", "keep", "look_up"]
