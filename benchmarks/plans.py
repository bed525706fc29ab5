"""How PostgreSQL answers the named queries: the plans that a reader's connection keeps, as a page.

`python -m benchmarks plans > docs/plans.md` writes it, of a week of trades. Costs and rows are left out, as they vary;
days of a table are alike, so that one stands for all.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.night import settings_in
from benchmarks.reads import asked
from benchmarks.warm_market import WarmMarket, fill
from pumploss.warm import open_warm
from pumploss.warm.queries import named

ROWS, DAYS = 20_000, 7

_HEAD = """# Plans of the warm store's queries

Written by `python -m benchmarks plans`, which loads a small store; a test holds this page against what PostgreSQL says.
Each is the plan that a reader's connection keeps for a query, whatever it is asked with. `(each day)` stands before
what is done to each day of a table: one look into a small index, by which rows of a trader or a token lie together."""
_DAY = re.compile(r"_\d{8}")


def run(rows: int = ROWS) -> Iterator[str]:
    """Give the lines of the page."""
    market = WarmMarket(rows, days_kept=DAYS)
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder, open_warm(settings_in(Path(folder))) as warm:
        fill(warm, market)
        yield _HEAD
        for name in sorted(asked(market)):
            yield f"\n## {name}\n\n```"
            yield from plan(warm, name)
            yield "```"


def plan(warm: psycopg.Connection, name: str) -> list[str]:
    """Return the lines of a query's plan."""
    numbers: dict[str, str] = {}
    query = re.sub(
        r"%\((\w+)\)s", lambda found: numbers.setdefault(found[1], f"${len(numbers) + 1}"), named(name).decode()
    )
    with warm.transaction():
        # A small store would be read whole, which a large one is not.
        warm.execute("SELECT set_config('enable_seqscan', 'off', true)")
        row = warm.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {query}".encode(), None).fetchone()
    assert row is not None
    given = {number: f":{asked}" for asked, number in numbers.items()}
    return [re.sub(r"\$\d+", lambda found: given.get(found[0], found[0]), line) for line in _lines(row[0][0]["Plan"])]


def _lines(node: dict[str, Any], depth: int = 0) -> Iterator[str]:
    yield "  " * depth + _said(node)
    alike = Counter(tuple(_lines(child, depth + 1)) for child in node.get("Plans", ()))
    for (first, *more), times in alike.items():
        text = first.lstrip()
        yield first.replace(text, f"(each day) {text}") if times > 1 else first
        yield from more


def _said(node: dict[str, Any]) -> str:
    """Say in one line what a node does, to what, by what."""
    said = [node["Node Type"]]
    for key, word in (("Index Name", "by"), ("Relation Name", "of"), ("CTE Name", "of"), ("Subplan Name", "for")):
        if key in node:
            said.append(f"{word} {_DAY.sub('', node[key])}")
    for key, word in (("Index Cond", "where"), ("Filter", "where"), ("One-Time Filter", "if")):
        if key in node:
            said.append(f"{word} {_plain(node[key])}")
    for key, word in (("Sort Key", "by"), ("Group Key", "per")):
        if key in node:
            said.append(f"{word} {', '.join(map(_plain, node[key]))}")
    return " ".join(said)


def _plain(text: str) -> str:
    """Leave out names of days and of collations."""
    return re.sub(r'(_\d{8})?(_\d+)?\.(?=\w|")', ".", text.replace(' COLLATE "C"', ""))
