"""Stores one result at a time, with what its page says of failures."""

import html
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pumploss.checks.data_docs.stores import SITE, SUITES, WAIT_SECONDS, stores_of
from pumploss.checks.judging import Judged
from pumploss.embedded import locks
from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small
from pumploss.whole_files import dropped

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.data_context import EphemeralDataContext

#: Days that are listed for a failed check; a range pass may fail on hundreds.
DAYS_LISTED = 10


@dataclass(frozen=True)
class _Made:
    """Holds what is read of an expectation as Great Expectations stores it."""

    type: str
    kwargs: dict[str, Any]
    meta: dict[str, Any]


@dataclass(frozen=True)
class _Suite:
    expectations: list[_Made]


@dataclass(frozen=True)
class Failed:
    """Says of a failed check what its page shows: the days, and some of the rows as text."""

    days: Sequence[object] = ()
    rows: Sequence[str] = ()


def keep(folder: Path, judged: Judged, night: date, days: Sequence[date], failed: Mapping[str, Failed]) -> None:
    """Store what was judged of these days of a table, in the pass whose last dump day is `night`.

    `failed` is by name of the check. Its rows hold what strangers wrote into their tokens: here they become text that
    no browser takes for markup, because Great Expectations prints them as they are.
    """
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    result, suite = judged.result, judged.suite
    if result is None or suite is None:
        return
    for outcome in result.results:
        _explain(outcome.expectation_config, failed)
    listed = f"{days[0]}" if not days[1:] else f"{days[0]} to {days[-1]}"
    run = RunIdentifier(run_name=night.isoformat(), run_time=datetime.now(UTC))
    result.meta["run_id"] = run.to_json_dict()
    result.meta["batch_spec"] = {"data_asset_name": listed}
    key = ValidationResultIdentifier(ExpectationSuiteIdentifier(suite.name), run, listed.replace(" ", "_"))
    stores = stores_of(folder)
    _keep_suite(folder, suite, stores)
    stores.validation_results_store.add(key, result)


def _explain(expectation: Any, failed: Mapping[str, Failed]) -> None:
    """Say with the expectation where it failed, and on which rows; it is given as markup."""
    failure = failed.get(expectation.meta["check"], Failed())
    days = ", ".join(map(str, failure.days[:DAYS_LISTED])) + (", ..." if failure.days[DAYS_LISTED:] else "")
    more = [f"failed on {days}"] if days else []
    lines = [_markup(line) for line in more] + [f"<code>{_markup(row)}</code>" for row in failure.rows]
    expectation.description = "<br>".join([expectation.description, *lines])


def _markup(text: str) -> str:
    """Write text so that a page shows it letter by letter; what follows a dollar sign would be filled in otherwise."""
    return html.escape(text).replace("$", "&#36;")


def _keep_suite(folder: Path, suite: "ExpectationSuite", stores: "EphemeralDataContext") -> None:
    """Store the suite where it is new or another than before; its page is then made anew."""
    path = folder / SUITES / f"{suite.name}.json"
    wanted = [(made.expectation_type, made.configuration.kwargs, made.meta) for made in suite.expectations]
    folder.mkdir(parents=True, exist_ok=True)
    with locks.critical(folder / "suites.lock", WAIT_SECONDS):
        if path.exists():
            if _stored(path) == wanted:
                return
            dropped(path)
        (folder / SITE / SUITES / f"{suite.name}.html").unlink(missing_ok=True)
        # A copy, for who stores it gives it a number, and others judge by it as well. Of the whole at once: an
        # expectation holds its suite, and to copy a hundred of them singly copies the suite a hundred times.
        stores.suites.add(deepcopy(suite))


def _stored(path: Path) -> list[tuple[Any, ...]] | None:
    """Read a stored suite; None where the file is torn, which counts as another suite."""
    try:
        stored = read_small(path, _Suite, "")
    except DamagedFileError:
        return None
    return [(made.type, made.kwargs, made.meta) for made in stored.expectations] if stored else None
