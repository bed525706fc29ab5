"""Lines that are refused after their file was parsed, whole: the quarantine keeps the text, parsed trades do not."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from fsspec.core import url_to_fs
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pumploss.reasons import Reason
from pumploss.tables.quarantine_trades import TABLE
from sources import source
from sources.landing.folders import LandedFile
from sources.reading.passes import FileRef, check, read
from sources.reading.records import refuse

#: What names a line, what it reads, and with both why it is refused.
LINE = ("dump_day", "source", "file", "line_number")
TEXT = ("raw", "raw_bytes", "raw_sha256")
REFUSAL = (*LINE, "reason", "detail", *TEXT)
_READ = (*LINE, *TEXT)
_ARROW = pa.schema([pa.field(name, TABLE[name].type.arrow) for name in _READ])
_DDL = ", ".join(f"{name} {TABLE[name].type.spark}" for name in _READ)


def with_text(
    refused: DataFrame, files: Iterable[LandedFile], spark: SparkSession, known: DataFrame | None = None
) -> DataFrame:
    """Adds the text of refused lines, which come with their reason: out of the `known` ones, else from its file."""
    if known is not None:
        again = refused.join(known, list(LINE)).select(*REFUSAL)
        own = refused.join(known, list(LINE), "left_anti")
        return again.unionByName(with_text(own, files, spark))
    paths = spark.createDataFrame([(file.path, file.name) for file in files], "path string, file string")
    wanted = refused.groupBy("dump_day", "source", "file").agg(F.collect_list("line_number").alias("line_numbers"))
    to_read = wanted.join(paths, "file").select("path", "file", "source", "dump_day", "line_numbers")
    return refused.join(to_read.mapInArrow(read_lines, _DDL), list(LINE)).select(*REFUSAL)


def read_lines(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Reads, for `mapInArrow`: `path`, `file`, `source`, `dump_day`, `line_numbers` per file, to those lines with text.

    Raises LandingError for a file that changes meanwhile.
    """
    for files in batches:
        for file in files.to_pylist():
            yield from _lines(file)


def _lines(file: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    storage, path = url_to_fs(file["path"])
    declared, landed = source(file["source"]), FileRef(path, file["file"], file["dump_day"])
    numbers = np.array(file["line_numbers"], np.int64)
    for records, _ in read(declared, landed, storage, check(declared, landed, storage)):
        rows = np.flatnonzero(np.isin(records.numbers, numbers)).tolist()
        lines = [refuse(int(records.numbers[row]), Reason.MALFORMED, "", records.raw(row)) for row in rows]
        origin = {name: [file[name]] * len(rows) for name in ("dump_day", "source", "file")}
        texts = {name: [getattr(line, name) for line in lines] for name in ("line_number", *TEXT)}
        yield pa.RecordBatch.from_pydict({**origin, **texts}, schema=_ARROW)
