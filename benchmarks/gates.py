"""What the gates of one night cost beside its steps: measuring, judging, and the pages of Data Docs."""

from collections.abc import Iterator

from benchmarks.measuring import line
from benchmarks.night import ROWS, steps


def run(rows: int = ROWS) -> Iterator[str]:
    """Prints one line per gated table, then the seconds of all gates beside those of all daily steps, gates included.

    The night follows another of the same size, unmeasured, which also imports Great Expectations: seconds that a
    process pays once, whatever its rows.
    """
    ours = theirs = 0.0
    engine = ""
    for cost in steps(rows):
        engine, theirs = cost.engine, theirs + cost.seconds
        gates: dict[str, float] = cost.report.details.get("gate_seconds", {})
        for gated, seconds in gates.items():
            ours += seconds
            yield line("gates", gated, engine, rows, seconds, cost.peak, step=cost.step)
    compared = {"ours": round(ours, 4), "theirs": round(theirs, 4), "ratio": round(ours / theirs, 4)}
    yield line("gates", "ratio", engine, rows, ours, 0, **compared)
