"""The order in which a trader is erased: kept out first, then the lake, models, stores, and what they leave behind.

Killed anywhere, it is finished by the same command: each part asks what is there, and the lake's note names the days
that were touched before the ledger knew of it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from jobs.erasing.forms import Trader
from jobs.erasing.lake_days import days_of, erase_days, erase_from_ledger, forget, held_files, partition_days
from jobs.erasing.landed_lines import dumps_named_after, landed_lines
from jobs.erasing.leftovers import backups_in, scrub_hot, scrub_texts, scrub_warm, texts_naming
from jobs.erasing.restated import restate
from jobs.pipeline import WRITER
from jobs.running.context import Context
from jobs.running.ledger_rows import Ending, new_row
from jobs.running.runner import run_step
from jobs.running.standing import table_of
from models.registry import Registry
from pumploss.contract import Table
from pumploss.lake.tombstones import Erasure, Tombstones
from pumploss.report import DayReport
from pumploss.tables.run_ledger import TABLE as LEDGER

#: What shows the lake to others, in order; made again as of the last published day.
_PUBLISHING = ("publish_warm", "materialize_features", "publish_hot")
STEP = "erase"


@dataclass
class Found:
    """What holds a trader: files and days by table, rows kept with models, texts of the home, and lines of dumps.

    `named` are dumps that are named after him, `backups` folders of the home that are left alone.
    """

    files: dict[str, list[str]] = field(default_factory=dict)
    days: dict[str, list[date]] = field(default_factory=dict)
    frame_rows: int = 0
    texts: list[Path] = field(default_factory=list)
    lines: dict[str, list[int]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)

    @property
    def is_anything(self) -> bool:
        """Whether there is anything that erasing would change."""
        return bool(self.files or self.frame_rows or self.texts)


def tables() -> Iterator[Table]:
    """Lists the tables in the order in which they are erased from, the ledger last."""
    yield from map(table_of, WRITER)
    yield LEDGER


def find(context: Context, trader: Trader) -> Found:
    """Looks through lake, registry, home and dumps; changes nothing."""
    found = Found(named=dumps_named_after(context.landing, trader), backups=backups_in(context.settings.home))
    for table in tables():
        context.say(f"{table.name} ...")
        if held := held_files(context, table, trader):
            found.files[table.name], found.days[table.name] = held, days_of(context, table, held)
    found.frame_rows = Registry(context.settings).erase(trader.address, is_dry=True)
    found.texts = texts_naming(context.settings.home, trader)
    context.say("dumps ...")
    found.lines = landed_lines(context.landing, trader)
    return found


def erase(context: Context, trader: Trader, found: Found) -> Erasure:
    """Erases the trader from everything but the dumps; answers what was touched, which the ledger has then.

    The context holds the lake. Where nothing was found of him, he is kept out from now on, and nothing else changes.
    Raises what publishing raises: the trader is kept out and gone from the lake by then, and the same command goes on.
    """
    started, stones = time.monotonic(), Tombstones(context.lake, context.settings.home)
    was_begun = stones.are_unfinished(trader.names)
    erasure = stones.begin(trader.names)
    if not (found.is_anything or was_begun):
        erasure.is_done = True
        stones.keep(erasure)
        return erasure
    for table in map(table_of, WRITER):
        context.say(f"{table.name} ...")
        _erase_from(context, table, trader, stones, erasure)
    erase_from_ledger(context, trader)
    frame_rows = Registry(context.settings).erase(trader.address)
    context.say("stores ...")
    _publish(context)
    scrub_warm(context.settings)
    scrub_hot(context.settings, trader)
    for path in scrub_texts(texts_naming(context.settings.home, trader), trader):
        context.say(f"{path} is no text and holds the address: it was left alone, see to it yourself.")
    erasure.is_done = True
    stones.keep(erasure)
    _record(context, erasure, frame_rows, time.monotonic() - started)
    return erasure


def _erase_from(context: Context, table: Table, trader: Trader, stones: Tombstones, erasure: Erasure) -> None:
    held = held_files(context, table, trader)
    if held:
        erasure.lose(table.name, partition_days(table, held))
        stones.keep(erasure)
    erasure.touch(table.name, (day.isoformat() for day in days_of(context, table, held)))
    days = list(map(date.fromisoformat, erasure.days[table.name]))
    if not days:
        erasure.days.pop(table.name)
        forget(context, table, held, trader)
        return
    stones.keep(erasure)
    restate(context, table, erase_days(context, table, held, days, trader), trader)


def _publish(context: Context) -> None:
    published = context.ledger.held(_PUBLISHING[0])
    for step in _PUBLISHING:
        if published and context.ledger.held(step):
            run_step(context, step, [max(published)])


def _record(context: Context, erasure: Erasure, frame_rows: int, seconds: float) -> None:
    """Adds the ledger's row, of the last built day: it says who, by his hash, and what was rewritten."""
    built = [day for _, day in context.ledger.latest()]
    if not built:
        return
    counts = DayReport(inputs=[{"erased": erasure.names[0]}])
    counts.outputs = {name: {"days": days} for name, days in erasure.days.items()}
    counts.note("training_frames", rows=frame_rows)
    context.ledger.append([new_row(context, STEP, max(built), counts, Ending("ok", seconds))])
