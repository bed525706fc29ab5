"""What people see: lines and progress on standard error, tables on standard output."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

#: Where output goes to a file or a pipe, whose width nobody knows.
PLAIN_WIDTH = 160
#: Spaces on either side of a column.
_WIDE, _NARROW = 1, 0


def console(is_error: bool = False) -> Console:
    """Makes a console that takes text as it is: addresses and messages are full of brackets and colons."""
    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=is_error, markup=False, highlight=False, emoji=False, soft_wrap=True, width=width)


def show_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[str] = ()) -> None:
    """Prints a table on standard output; columns named in `numbers` are aligned to the right.

    Where it does not fit, columns move together and text goes on below at its spaces. No word is ever cut, so that
    addresses can be copied.
    """
    printer, listed = console(), [["-" if cell is None else str(cell) for cell in row] for row in rows]
    columns = list(zip(head, *listed, strict=True))
    whole = [max(map(len, column)) for column in columns]
    longest = [max((len(word) for cell in column for word in cell.split()), default=0) for column in columns]
    # A line between two columns, one at either end, and the gap on both sides of each.
    edges = {gap: len(head) + 1 + 2 * gap * len(head) for gap in (_WIDE, _NARROW)}
    gap = _WIDE if sum(whole) + edges[_WIDE] <= printer.width else _NARROW
    widths = _narrowed(whole, longest, printer.width - edges[gap])
    printer.width = max(sum(widths) + edges[gap], printer.width)
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, gap))
    for name, width in zip(head, widths, strict=True):
        table.add_column(name, justify="right" if name in numbers else "left", width=width)
    for row in listed:
        table.add_row(*row)
    printer.print(table, soft_wrap=False)


def _narrowed(whole: Sequence[int], longest: Sequence[int], room: int) -> list[int]:
    """Makes the widest columns narrower until all fit or none has a space left to break at."""
    widths = list(whole)
    while sum(widths) > room:
        breakable = [(width, place) for place, width in enumerate(widths) if width > longest[place]]
        if not breakable:
            break
        width, place = max(breakable)
        widths[place] = width - 1
    return widths


def show_facts(title: str, facts: Iterable[tuple[str, object]]) -> None:
    """Prints names and values on standard output, each value on one line so that it can be copied."""
    printer = console()
    listed = [(name, value) for name, value in facts if value is not None]
    width = max((len(name) for name, _ in listed), default=0)
    printer.print(f"\n{title}", style="italic")
    for name, value in listed:
        printer.print(f"  {name:<{width}}  {value}")


class Screen:
    """Progress of long work: a bar where somebody watches, and a line for each thing done."""

    def __init__(self) -> None:
        self._task: TaskID | None = None

    @cached_property
    def _console(self) -> Console:
        return console(is_error=True)

    @cached_property
    def _progress(self) -> Progress:
        columns = (
            *(SpinnerColumn(), TextColumn("{task.description}", markup=False)),
            *(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()),
        )
        return Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)

    def say(self, text: str) -> None:
        """Prints a line above the bar."""
        self._console.print(text)

    def loud(self, text: str) -> None:
        """Prints a line that nobody overlooks."""
        self._console.print(text, style="bold yellow")

    @contextmanager
    def phase(self, title: str, total: int) -> Iterator[None]:
        """Shows a bar under this title, which `done` moves."""
        self.say(title)
        with self._progress:
            self._task = self._progress.add_task(title, total=total)
            try:
                yield
            finally:
                self._progress.remove_task(self._task)
                self._task = None

    def at(self, text: str) -> None:
        """Names what is worked on now."""
        if self._task is not None:
            self._progress.update(self._task, description=text)

    def done(self, text: str | None = None) -> None:
        """Counts one more of the phase's total as done, with a line if there is something to say."""
        if text is not None:
            self.say(f"  {text}")
        if self._task is not None:
            self._progress.advance(self._task)
