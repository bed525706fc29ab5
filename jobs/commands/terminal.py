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


def console(is_error: bool = False) -> Console:
    """Makes a console that takes text as it is: addresses and messages are full of brackets and colons."""
    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=is_error, markup=False, highlight=False, emoji=False, soft_wrap=True, width=width)


def show_table(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    numbers: Sequence[str] = (),
    is_dense: bool = False,
) -> None:
    """Prints a table on standard output; columns named in `numbers` are aligned to the right.

    Columns of a dense one have a single space between them, where a whole address takes half of the line.
    """
    padding = (0, 0) if is_dense else (0, 1)
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=padding)
    for name in head:
        table.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*("-" if cell is None else str(cell) for cell in row))
    console().print(table, soft_wrap=False)


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
