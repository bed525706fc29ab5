"""What the gates of one night cost beside its steps: measuring, judging, and the pages of Data Docs."""

from collections.abc import Iterator

from benchmarks.measuring import line
from benchmarks.night import ROWS, steps


def run(rows: int = ROWS) -> Iterator[str]:
    """One line per gated table, then the seconds of all gates beside those of all daily steps, gates included.

    The night follows another of the same size, unmeasured, which also imports Great Expectations: seconds that a
    process pays once, whatever its rows.
    """
    ours = theirs = 0.0
    engine = ""
    for one in steps(rows):
        engine, theirs = one.engine, theirs + one.seconds
        gates: dict[str, float] = one.report.details.get("gate_seconds", {})
        for gated, seconds in gates.items():
            ours += seconds
            yield line("gates", gated, engine, rows, seconds, one.peak, step=one.step)
    compared = {"ours": round(ours, 4), "theirs": round(theirs, 4), "ratio": round(ours / theirs, 4)}
    yield line("gates", "ratio", engine, rows, ours, 0, **compared)
