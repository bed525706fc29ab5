"""Builds the pages of what was kept, of as many nights as are wanted."""

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pumploss.checks.data_docs.first_page import index, write_first_page
from pumploss.checks.data_docs.stores import RESULTS, SITE, SUITES, WAIT_SECONDS, builder_of, stores_of
from pumploss.embedded import locks
from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small
from pumploss.whole_files import dropped

#: Nights whose results are kept: those judged last.
NIGHTS = 30


@dataclass(frozen=True)
class _Result:
    """Holds what every stored result has."""

    results: list[Any]


@dataclass(frozen=True)
class _Suite:
    """Holds what every stored suite has."""

    expectations: list[Any]


@dataclass(frozen=True)
class _Pageless:
    """Shows of a store of Great Expectations what has no page yet: the library would compare every key with each."""

    store: Any
    pages: Path

    def list_keys(self) -> list[Any]:
        """List what has no page."""
        from great_expectations.data_context.store.store_backend import StoreBackend

        kept = (key for key in self.store.store_backend.list_keys() if key != StoreBackend.STORE_BACKEND_ID_KEY)
        return [self.store.tuple_to_key(key) for key in kept if not self._page(key).exists()]

    def get(self, key: Any) -> Any:
        """Read one."""
        return self.store.get(key)

    def _page(self, key: tuple[str, ...]) -> Path:
        return self.pages.joinpath(*key[:-1], f"{key[-1]}.html")


def build(folder: Path) -> Path:
    """Make the pages that are missing and the index, of the nights that are kept; answers the first page."""
    folder.mkdir(parents=True, exist_ok=True)
    with locks.critical(folder / "build.lock", WAIT_SECONDS):
        _prune(folder / RESULTS)
        for page in outdated(folder):
            page.unlink()
        _drop_torn(folder)
        builder, stores = builder_of(folder), stores_of(folder)
        for store, section in (
            (stores.expectations_store, "expectations"),
            (stores.validation_results_store, "validations"),
        ):
            builder.site_section_builders[section].source_store = _Pageless(store, folder / SITE / section)
            builder.site_section_builders[section].build()
        write_first_page(folder)
    return index(folder)


def results(folder: Path, night: date) -> dict[str, Path]:
    """Find the last stored result of each table that was judged in the pass of a night."""
    found = sorted((folder / RESULTS).glob(f"*/{night}/*/*.json"), key=lambda path: path.parts[-2])
    return {path.parts[-4]: path for path in sorted(found, key=lambda path: path.parts[-4])}


def is_current(folder: Path) -> bool:
    """Tell whether every stored result has its page."""
    pages = folder / SITE / RESULTS
    return index(folder).exists() and all(
        (pages / path.relative_to(folder / RESULTS)).with_suffix(".html").exists()
        for path in (folder / RESULTS).rglob("*.json")
    )


def outdated(folder: Path) -> list[Path]:
    """List the pages of results that are not kept any more."""
    pages = folder / SITE / RESULTS
    return [
        page
        for page in sorted(pages.rglob("*.html"))
        if not (folder / RESULTS / page.relative_to(pages)).with_suffix(".json").exists()
    ]


def has_results(folder: Path) -> bool:
    """Tell whether anything was ever judged."""
    return any((folder / RESULTS).glob("*/*/*/*.json"))


def _drop_torn(folder: Path) -> None:
    """Delete results and suites that have no page yet and cannot be read: one of them would stop all pages."""
    for section in (RESULTS, SUITES):
        for path in (folder / section).rglob("*.json"):
            page = (folder / SITE / path.relative_to(folder)).with_suffix(".html")
            if not page.exists() and not _is_whole(path, dict[str, Any]):
                dropped(path)


def torn(folder: Path) -> list[Path]:
    """List stored results and suites that cannot be read, or lack what every one of them has."""
    shapes: tuple[tuple[str, type[_Result | _Suite]], ...] = ((RESULTS, _Result), (SUITES, _Suite))
    return [
        path
        for section, shape in shapes
        for path in sorted((folder / section).rglob("*.json"))
        if not _is_whole(path, shape)
    ]


def _is_whole(path: Path, shape: type[Any]) -> bool:
    try:
        return read_small(path, shape, "") is not None
    except DamagedFileError:
        return _is_measured_infinite(path)


def _is_measured_infinite(path: Path) -> bool:
    """Tell whether only a word that Python's JSON has for something infinite makes a result unreadable to others."""
    try:
        return path.is_file() and bool(json.loads(path.read_bytes())["results"])
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _prune(results: Path) -> None:
    """Delete all but the last result of each table and night, and all of nights that are too many.

    The folders are `<table>/<night>/<time of the run>`; times sort as text.
    """
    judged_at: dict[str, str] = {}
    for night in results.glob("*/*"):
        *older, latest = sorted(judging.name for judging in night.iterdir())
        for name in older:
            shutil.rmtree(night / name)
        judged_at[night.name] = max(judged_at.get(night.name, ""), latest)
    kept = sorted(judged_at, key=lambda name: (judged_at[name], name))[-NIGHTS:]
    for night in results.glob("*/*"):
        if night.name not in kept:
            shutil.rmtree(night)
