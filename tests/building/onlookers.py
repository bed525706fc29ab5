"""Readers of the warm store who look at it all the time, and keep what they saw and when."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import psycopg
from psycopg import sql

from pumploss import embedded
from pumploss.days import midnight
from pumploss.errors import StoreError
from pumploss.settings import Settings
from pumploss.warm import READER, open_reader
from pumploss.warm.tables import TABLES
from tests.building.town import DAY
from tests.building.two_nights import BEFORE, BUSY

#: What is asked of the store, by name; an answer is a fingerprint of all that was read.
Questions = Mapping[str, Callable[[], tuple[str, ...]]]

_ROWS = sql.SQL("SELECT concat(count(*), ':', sum(hashtextextended(t::text, 0)::numeric)) FROM {} t")
#: Without what differs between two publishes of the same: their names, when, by whom, and where the home is.
_LOGGED = sql.SQL(
    "SELECT md5(concat_ws(';', day, as_of, row_counts, versions, days, digests)) FROM publish_log "
    "ORDER BY number DESC LIMIT 1"
)
#: Tables in the order in which a swap locks them, and the log.
_QUERIES = [*(_ROWS.format(table.live) for table in TABLES), _LOGGED]
NAMES = (*(table.name for table in TABLES), "publish_log")
_BOARD, _TRADER, _TOKEN, _DAYS = {"period": "24h"}, {"trader": "A"}, {"token": BUSY}, {"first": BEFORE, "last": DAY}
_LIMIT = {"limit": 100}
#: Queries of the reader, with what each is asked of.
_ASKED: Mapping[str, dict[str, Any]] = {
    **dict.fromkeys(("leaderboard", "net_losers"), _BOARD | _LIMIT),
    "expected_losers": _LIMIT,
    **dict.fromkeys(("trader_scores", "trader_score_days", "trader_features", "trader_days", "trader_losses"), _TRADER),
    "trader_trades": _TRADER | _LIMIT,
    "token_summary": _TOKEN,
    "token_traders": _TOKEN | _LIMIT,
    "token_hours": {**_TOKEN, "since": midnight(BEFORE)},
    **dict.fromkeys(("daily_losses", "market_days"), _DAYS),
}


@contextmanager
def by_statement(settings: Settings) -> Iterator[Questions]:
    """Asks for every table and the log in one statement."""
    whole = sql.SQL("SELECT {}").format(sql.SQL(", ").join(sql.SQL("({})").format(query) for query in _QUERIES))
    with _connected(settings) as connection:
        yield {"tables": lambda: connection.execute(whole).fetchone() or ()}


@contextmanager
def by_transaction(settings: Settings) -> Iterator[Questions]:
    """Asks for one table after the other, and at last the log, in one transaction."""
    with _connected(settings) as connection:

        def ask() -> tuple[str, ...]:
            with connection.transaction():
                return tuple((connection.execute(query).fetchone() or ("",))[0] for query in _QUERIES)

        yield {"tables": ask}


@contextmanager
def by_queries(settings: Settings) -> Iterator[Questions]:
    """Asks the named queries, as services do."""

    def asked(name: str, values: dict[str, Any]) -> Callable[[], tuple[str, ...]]:
        return lambda: (md5(repr(reader.ask(name, **values).rows).encode()).hexdigest(),)

    with open_reader(settings) as reader:
        yield {name: asked(name, values) for name, values in _ASKED.items()}


#: Between two looks, so that who is watched has some of the machine.
_PAUSE_SECONDS = 0.002

#: How a reader may look.
WAYS: Sequence[Callable[[Settings], AbstractContextManager[Questions]]] = (by_statement, by_transaction, by_queries)


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection]:
    with (
        embedded.postgres(settings.warm_dir) as server,
        psycopg.connect(server.dsn_of(READER), autocommit=True, connect_timeout=10) as connection,
    ):
        yield connection


def seen_now(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Answers every question once, where nobody publishes."""
    answers = {}
    for way in WAYS:
        with way(settings) as questions:
            answers |= {name: ask() for name, ask in questions.items()}
    return answers


@dataclass(frozen=True)
class Look:
    """What one look answered, and from when to when it took, by the clock of all processes."""

    question: str
    answer: tuple[str, ...]
    began: float
    ended: float


class Onlooker(threading.Thread):
    """Looks until it is told to stop; where its connection is lost, it connects again."""

    def __init__(self, settings: Settings, way: Callable[[Settings], AbstractContextManager[Questions]]) -> None:
        super().__init__()
        self._settings, self._way, self._is_over = settings, way, threading.Event()
        self.looks: list[Look] = []
        #: When connections were lost, and the words.
        self.lost: list[tuple[float, str]] = []
        self.failure: Exception | None = None

    def run(self) -> None:
        """Looks again and again."""
        while not self._is_over.is_set() and self.failure is None:
            try:
                with self._way(self._settings) as questions:
                    while not self._is_over.is_set():
                        self._look(questions)
            except (psycopg.OperationalError, StoreError) as error:
                self.lost.append((time.monotonic(), str(error)))
            except Exception as error:  # noqa: BLE001 - told by the main thread
                self.failure = error

    def _look(self, questions: Questions) -> None:
        for name, ask in questions.items():
            began = time.monotonic()
            answer = ask()
            self.looks.append(Look(name, answer, began, time.monotonic()))
            time.sleep(_PAUSE_SECONDS)

    def stop(self) -> None:
        """Ends after the look that is under way."""
        self._is_over.set()
        self.join()


@contextmanager
def onlookers(settings: Settings) -> Iterator[list[Onlooker]]:
    """Has a reader of each way look; each has looked at least once before and once at the end."""
    watching = [Onlooker(settings, way) for way in WAYS]
    for onlooker in watching:
        onlooker.start()
    try:
        _wait_for_looks(watching)
        yield watching
        _wait_for_looks(watching)
    finally:
        for onlooker in watching:
            onlooker.stop()


def _wait_for_looks(watching: Sequence[Onlooker], seconds: float = 60) -> None:
    """Waits until each has begun and ended a look at every question."""
    began, deadline = time.monotonic(), time.monotonic() + seconds
    for onlooker in watching:
        while onlooker.failure is None and not _has_looked(onlooker, began):
            assert time.monotonic() < deadline, f"a reader does not come back: {onlooker.lost[-3:]}"
            time.sleep(0.01)


def _has_looked(onlooker: Onlooker, since: float) -> bool:
    looks = [look for look in onlooker.looks[-50:] if look.began > since]
    return len({look.question for look in looks}) == len({look.question for look in onlooker.looks}) > 0
