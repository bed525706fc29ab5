"""Writes the first page: the verdicts of every night that is kept, the latest first, in each what failed first."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from pumploss.checks.data_docs.judgements import judgement
from pumploss.checks.data_docs.stores import RESULTS, SITE, SUITES
from pumploss.whole_files import write_whole

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True)
class _Table:
    """Holds what was said of a table in a night, and the address of its page; no number where that cannot be read."""

    name: str
    page: str
    checks: int | None
    failed: tuple[str, ...]


@dataclass(frozen=True)
class _Night:
    """Holds the tables of a night, with what failed first, and the sums of their checks."""

    day: str
    tables: list[_Table]
    checks: int
    failed: int


def index(folder: Path) -> Path:
    """Return the path of the first page, which is there once any were built."""
    return folder / SITE / "index.html"


def write_first_page(folder: Path) -> None:
    """Write the first page anew, of the results that have a page."""
    site = folder / SITE
    suites = [{"name": page.stem, "page": _address(site, page)} for page in sorted((site / SUITES).glob("*.html"))]
    write_whole(index(folder), _template().render(nights=_nights(folder), suites=suites), is_lasting=False)


def _nights(folder: Path) -> list[_Night]:
    """Collect what is said of every table, by night, the latest first."""
    site = folder / SITE
    found: dict[str, list[_Table]] = defaultdict(list)
    for page in sorted((site / RESULTS).glob("*/*/*/*.html")):
        said = judgement((folder / page.relative_to(site)).with_suffix(".json"))
        checks, failed = (said.checks, said.failed) if said else (None, ())
        found[page.parts[-3]].append(_Table(page.parts[-4], _address(site, page), checks, failed))
    return [_night(day, found[day]) for day in sorted(found, reverse=True)]


def _night(day: str, tables: list[_Table]) -> _Night:
    order = sorted(tables, key=lambda table: (not table.failed, table.checks is not None, table.name))
    return _Night(day, order, sum(table.checks or 0 for table in tables), sum(len(table.failed) for table in tables))


def _address(site: Path, page: Path) -> str:
    return quote(str(page.relative_to(site)))


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("first_page.html")
