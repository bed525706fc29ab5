"""Reads what is published, for notebooks and services: named queries, a pool of connections, answers as rows or frames.

with open_reader(from_environment()) as reader:
    reader.trader_days(address).pandas()
"""

import logging
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from pumploss import embedded
from pumploss.errors import StoreError
from pumploss.settings import Settings
from pumploss.warm import failures
from pumploss.warm.boards import known_period
from pumploss.warm.cache import Cache, Rows, open_cache
from pumploss.warm.connection import address, repair
from pumploss.warm.prepared import keeps_prepared
from pumploss.warm.queries import named
from pumploss.warm.session import begin_session
from pumploss.warm.tables import BOARD_ROWS
from pumploss.warm.warm_table import READER

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: How long a caller waits for a free connection, and a query for its answer.
_WAIT_SECONDS, _STATEMENT_SECONDS = 10, 30


@dataclass(frozen=True)
class Answer:
    """Holds the rows of a query, each a named tuple; amounts are exact decimals, times are in UTC."""

    names: tuple[str, ...]
    rows: list[NamedTuple]

    def arrow(self) -> "pa.Table":
        """Make an Arrow table; a column of nothing but missing values has no type."""
        import pyarrow as pa

        return pa.table({name: pa.array([getattr(row, name) for row in self.rows]) for name in self.names})

    def pandas(self) -> "pd.DataFrame":
        """Make a frame whose amounts are doubles, as plots and sums of frames want them."""
        import pandas as pd

        frame = pd.DataFrame(self.rows, columns=list(self.names))
        is_exact = [name for name in frame if self.rows and _is_decimal(self.arrow().schema.field(name))]
        return frame.astype(dict.fromkeys(is_exact, "float64"))


def _is_decimal(field: "pa.Field") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_decimal(field.type))


@lru_cache
def _row(names: tuple[str, ...]) -> Callable[..., NamedTuple]:
    made: Callable[..., NamedTuple] = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - of any query
    return made


class Reader:
    """Asks the named queries of `pumploss/warm/queries`; may be shared by threads."""

    def __init__(
        self, pool: "ConnectionPool[psycopg.Connection[Any]]", repair: str, cache: Cache | None = None
    ) -> None:
        self._pool, self._repair = pool, repair
        self._cache = cache

    def leaderboard(self, period: str = "24h", limit: int = BOARD_ROWS) -> Answer:
        """List who lost most by losing sells in 24h, 7d, 30d or all that end at T; the net result stands beside."""
        return self.ask("leaderboard", period=known_period(period), limit=limit)

    def net_losers(self, period: str = "24h", limit: int = BOARD_ROWS) -> Answer:
        """List who lost most by net result in the period."""
        return self.ask("net_losers", period=known_period(period), limit=limit)

    def expected_losers(self, limit: int = BOARD_ROWS) -> Answer:
        """List who is about to lose most."""
        return self.ask("expected_losers", limit=limit)

    def trader_scores(self, trader: str) -> Answer:
        """Read score, band, reasons and expectations of a trader at T; no row where he is not eligible."""
        return self.ask("trader_scores", trader=trader)

    def trader_score_days(self, trader: str) -> Answer:
        """Read how a trader was scored at each T of the last 90 days."""
        return self.ask("trader_score_days", trader=trader)

    def trader_features(self, trader: str) -> Answer:
        """Read the features of a trader at T."""
        return self.ask("trader_features", trader=trader)

    def trader_days(self, trader: str) -> Answer:
        """Read what a trader made of his trades, by day of the last 90."""
        return self.ask("trader_days", trader=trader)

    def trader_losses(self, trader: str) -> Answer:
        """Read the realised losses of a trader, by day of the last 90."""
        return self.ask("trader_losses", trader=trader)

    def trader_trades(self, trader: str, limit: int = 100) -> Answer:
        """Read the latest trades of a trader, newest first."""
        return self.ask("trader_trades", trader=trader, limit=limit)

    def token_summary(self, token: str) -> Answer:
        """Read how traders fared with a token in the last 90 days: one row."""
        return self.ask("token_summary", token=token)

    def token_traders(self, token: str, limit: int = 100) -> Answer:
        """List who lost most with a token in the last 90 days, at most 1,000."""
        return self.ask("token_traders", token=token, limit=limit)

    def token_hours(self, token: str, since: datetime) -> Answer:
        """Read volume and results of a token by hour, from the hour of a moment on."""
        return self.ask("token_hours", token=token, since=since)

    def daily_losses(self, first: date, last: date) -> Answer:
        """Read the realised losses of all traders together, by day of a closed range."""
        return self.ask("daily_losses", first=first, last=last)

    def market_days(self, first: date, last: date) -> Answer:
        """Read activity and results of the whole market, by day of a closed range."""
        return self.ask("market_days", first=first, last=last)

    def find_traders(self, prefix: str, limit: int = 20) -> Answer:
        """List eligible traders whose address begins so."""
        return self.ask("find_traders", prefix=prefix, limit=limit)

    def find_tokens(self, prefix: str, limit: int = 20) -> Answer:
        """List tokens of the last 90 days whose address begins so."""
        return self.ask("find_tokens", prefix=prefix, limit=limit)

    def ask(self, query: str, **values: Any) -> Answer:
        """Ask a named query. Raises StoreError where the store does not answer in time, or refuses it."""
        if self._cache is None:
            names, rows = self._asked(query, values)
        else:
            names, rows = self._cache.answer(query, values, lambda: self._asked(query, values))
        made = _row(tuple(names))
        return Answer(tuple(names), [made(*row) for row in rows])

    def _asked(self, query: str, values: dict[str, Any]) -> Rows:
        try:
            # A server that went away while it answered or before, as often as there are connections to it, or a standby
            # to which a publish came meanwhile. To try each connection before it is lent would be a second round trip.
            for _ in range(self._pool.max_size):
                with suppress(psycopg.errors.SerializationFailure, _Lost):
                    return self._asked_once(query, values)
            return self._asked_once(query, values)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise StoreError(
                f"The warm store did not answer {query}: {str(error).strip()}. Ask again later."
            ) from error

    def _asked_once(self, query: str, values: dict[str, Any]) -> Rows:
        with self._pool.connection() as connection, connection.cursor() as cursor:
            try:
                rows = [list(row) for row in cursor.execute(named(query), values).fetchall()]
            except psycopg.OperationalError as error:
                raise (_Lost(str(error)) if connection.closed else error) from error
            except psycopg.Error as error:
                told = failures.told(error, connection, address(connection.info.dsn), self._repair, f"read {query}")
                if told is None:
                    raise
                raise told from error
            return [column.name for column in cursor.description or ()], rows


class _Lost(psycopg.OperationalError):
    """The connection ended before the answer came."""


@contextmanager
def open_reader(settings: Settings, connections: int = 4, *, cached: bool = False) -> Iterator[Reader]:
    """Open a pool of up to so many connections that may read and nothing else.

    A reader that is `cached` keeps answers in the hot store, for other such readers too: `pumploss.warm.cache`.
    With the embedded server they are the reading role's, else those of `PUMPLOSS_WARM_READ_DSN`, such as standbys, or
    of `PUMPLOSS_WARM_DSN`. Nothing is migrated. Raises StoreError where the store cannot be reached.
    """
    given = settings.warm_read_dsn or settings.warm_dsn
    if given is None and not settings.warm_dir.exists():
        raise StoreError("Nothing has been published yet: run `pumploss nightly`.")
    # It would print a line for each try, beside the one error that says what to do.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    with ExitStack() as stack:
        dsn = given or stack.enter_context(embedded.postgres(settings.warm_dir)).dsn_of(READER)
        # To plan for ninety partitions takes longer than most answers: a connection does it once per query.
        options = (
            "-c plan_cache_mode=force_generic_plan -c default_transaction_read_only=on "
            f"-c statement_timeout={_STATEMENT_SECONDS}s"
        )
        variable = "PUMPLOSS_WARM_READ_DSN" if settings.warm_read_dsn else "PUMPLOSS_WARM_DSN"
        try:
            dsn = make_conninfo(dsn, application_name="pumploss_reader", connect_timeout=_WAIT_SECONDS, options=options)
        except psycopg.ProgrammingError:
            # Its words quote the address, password and all.
            raise StoreError(
                f"{variable} is no address of a PostgreSQL: give postgresql://user:password@host:port/database or "
                "host=... dbname=... user=..., with names that libpq knows."
            ) from None
        try:
            with psycopg.connect(dsn) as tried:  # says why it cannot, which a pool does not
                prepare_threshold = 0 if keeps_prepared(tried) else None
            pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
                dsn,
                kwargs={"autocommit": True, "prepare_threshold": prepare_threshold},
                configure=begin_session,
                min_size=1,
                max_size=connections,
                timeout=_WAIT_SECONDS,
                open=False,
            )
            stack.callback(pool.close)
            pool.open(wait=True, timeout=_WAIT_SECONDS)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise StoreError(
                f"The warm store {address(dsn)} cannot be reached: {str(error).strip()}. Start it, or mend or unset "
                f"{variable}; where nothing was ever published, run `pumploss nightly`."
            ) from error
        yield Reader(pool, repair(settings), stack.enter_context(open_cache(settings)) if cached else None)
