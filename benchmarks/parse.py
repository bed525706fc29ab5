"""Every source's files in every form it lands in: parsed by one task, and through the engine as bronze does it."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import fsspec

from benchmarks.measuring import line, stopwatch
from benchmarks.source_lines import DAY, contents, packed, records
from pumploss import engine
from pumploss.settings import from_environment
from sources import SOURCES
from sources.declaration import Format
from sources.parsing.files import FileRef, parse_file, parse_files
from sources.parsing.schema import PARSED_DDL

ROWS = 300_000
#: Forms of a file by format: text lands plain or packed, Parquet packs itself.
PACKINGS = {Format.CSV: ("", "gz", "zst"), Format.JSONL: ("", "gz", "zst"), Format.PARQUET: ("",)}


def run(rows: int = ROWS) -> Iterator[str]:
    """Two lines per source and form, one file of `rows` records each: `1 task`, and `engine`.

    Every case is run twice and the second run counts, so compiling and starting the engine are not in it.
    """
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        for name, declared in SOURCES.items():
            found = list(records(name, rows))
            for form in declared.formats:
                raw = contents(name, form, found)
                for packing in PACKINGS[form]:
                    path = Path(folder) / ".".join(part for part in (name, form, packing) if part)
                    path.write_bytes(packed(raw, packing))
                    yield from _measured(name, path, rows, len(raw))
                    path.unlink()


def _measured(name: str, path: Path, rows: int, size: int) -> Iterator[str]:
    case = path.name.replace(".", " ", 1)
    for how, parse in (("1 task", _in_one_task), ("engine", _through_the_engine)):
        for is_measured in (False, True):
            with stopwatch() as elapsed:
                kinds = parse(name, path)
                seconds, peak = elapsed()
            if kinds["refused"] or kinds.total() != rows + 1:
                raise AssertionError(f"{path.name}: {rows} records were parsed as {dict(kinds)}")
            if is_measured:
                engine = "embedded" if how == "engine" else "none"
                speed = round(size / seconds / 1e6)
                yield line("parse", f"{case}, {how}", engine, rows, seconds, peak, megabytes_per_second=speed)


def _in_one_task(name: str, path: Path) -> Counter[str]:

    kinds: Counter[str] = Counter()
    storage = fsspec.filesystem("file")
    for batch in parse_file(SOURCES[name], FileRef(str(path), path.name, DAY), storage):
        kinds.update(batch["kind"].dictionary_encode().to_pylist())
    return kinds


def _through_the_engine(name: str, path: Path) -> Counter[str]:

    spark = engine.session(from_environment())
    files = [(str(path), path.name, name, DAY)]
    frame = spark.createDataFrame(files, "path string, name string, source string, dump_day date")
    parsed = frame.repartition(2, "name").mapInArrow(parse_files, PARSED_DDL)
    return Counter({row["kind"]: row["count"] for row in parsed.groupBy("kind").count().collect()})
