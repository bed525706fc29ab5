"""The warm and the hot store against the ledger: the day that they show, and as many rows as were published.

What Redis says of itself has to be so. Of features that are online some traders' are read back and compared with the
lake's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from types import ModuleType

from psycopg import sql

from feature_repo.online_traders import features_online
from feature_repo.store import VIEW
from features.registry import TABLE as FEATURES
from jobs.publishing.online_proof import prove_online
from jobs.running.context import Context
from jobs.running.runner import run_step
from jobs.running.standing import table_of
from jobs.verifying.finding import Finding
from pumploss import hot as hot_store
from pumploss import warm as warm_store
from pumploss.days import midnight, shift
from pumploss.errors import StaleError, StoreError
from pumploss.hot import open_hot
from pumploss.hot_keys import PUBLISHED
from pumploss.lake.owner import identity
from pumploss.warm import BOARD_ROWS, PERIODS, open_warm, publishing
from pumploss.warm.tables import TABLES


def of_stores(context: Context) -> Iterator[Finding]:
    """Compares each store with the last day that the ledger says it was brought up to; nothing where none was."""
    day = max(context.ledger.held("publish_warm"), default=None)
    found = _online_trouble(context)
    online = {"materialize_features": found[0]} if found is not None else {}
    if day is not None and (warm := _warm_trouble(context, day)) is not None:
        yield replace(_store(context, "warm store", {"publish_warm": day}, warm), mend=partial(_reload, context, day))
    elif day is not None and (hot := _hot_trouble(context)) is not None:
        # Boards say of which T the features beside them are.
        yield _store(context, "hot store", {**online, "publish_hot": day}, hot)
    if found is not None:
        yield _store(context, "online features", online, found[1])


def _warm_trouble(context: Context, day: date) -> str | None:
    with open_warm(context.settings) as warm:
        shown = publishing.latest(warm)
        if shown is None or shown.day < day:
            return f"it shows {shown.day if shown else 'nothing'}, the ledger says that {day} was published"
        publishing.refuse_foreign(shown, context.settings.landing, context.settings.lake, identity(context.lake))
        for table, rows in sorted(shown.row_counts.items()):
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
            held = publishing.asked(warm, query, ())  # type: ignore[arg-type]
            if held != rows:
                return (
                    f"{table} has {held} rows, {rows} were published of {shown.day}; `pumploss verify --repair` also "
                    "loads days again that a publish takes for shown"
                )
        ahead = [name for name, version in shown.versions.items() if _is_ahead(context, name, version)]
    return f"it was published from versions of {', '.join(ahead)} that the lake does not have" if ahead else None


def _reload(context: Context, day: date) -> str:
    """Publishes again, also days that a publish takes for shown and of which rows are not those that were."""
    with open_warm(context.settings) as warm:
        shown = publishing.latest(warm)
        for table in TABLES:
            if shown and table.day_column and (days := publishing.other_days(warm, table, shown)):
                publishing.forget(warm, table, days)
    return _run(context, {"publish_warm": day, "publish_hot": day})


def _is_ahead(context: Context, name: str, version: int | None) -> bool:
    return version is not None and version > (context.lake.version(table_of(name)) or 0)


def _hot_trouble(context: Context) -> str | None:
    with open_warm(context.settings) as warm:
        shown, wanted = publishing.latest(warm), _sizes(warm_store, warm)
    try:
        with open_hot(context.settings) as hot:
            held, said, online = _sizes(hot_store, hot), hot_store.announced(hot), features_online(hot, VIEW)
    except StoreError as error:
        return str(error)
    for board, rows in wanted.items():
        if held[board] != rows:
            return f"its {board} has {held[board]} rows, the warm store's has {rows}"
    if said is None:
        return f"{PUBLISHED} is not there, or is not what a publish wrote: it tells consumers what is published"
    if shown is not None and said.as_of != shown.as_of:
        return f"{PUBLISHED} says that boards are as of {said.as_of.date()}, those of the warm store are not"
    if said.features_as_of != online:
        told, there = (f"those as of {at.date()}" if at else "none" for at in (said.features_as_of, online))
        return f"{PUBLISHED} says that of features {told} are online, there are {there}"
    return None


def _sizes(store: ModuleType, opened: object) -> dict[str, int]:
    """Counts the rows of each board of the hot or the warm store, by what people call it."""
    sizes = {f"leaderboard of {period}": len(store.leaderboard(opened, period)) for period in PERIODS}
    sizes |= {f"board of net results of {period}": len(store.net_losers(opened, period)) for period in PERIODS}
    return {**sizes, "board of expected losses": len(store.expected_losers(opened, BOARD_ROWS))}


def _online_trouble(context: Context) -> tuple[date, str] | None:
    """Says of which day features should be online, and what is there instead."""
    day = max(context.ledger.held("materialize_features"), default=None)
    if day is None:
        return None
    try:
        with open_hot(context.settings) as hot:
            shown = features_online(hot, VIEW)
    except StoreError as error:
        return day, str(error)
    if shown is not None and shown >= midnight(shift(day, 1)):
        return _difference(context, shift(shown.date(), -1))
    return day, f"it has {f'those as of {shown.date()}' if shown else 'none'}, the ledger says that {day} was put there"


def _difference(context: Context, day: date) -> tuple[date, str] | None:
    """Says what is online of some traders, as of the end of a day, and differs from the lake."""
    from feature_repo.online_traders import OnlineTraders
    from feature_repo.store import KEY_VERSION, PROJECT, feature_store, online_redis, quiet

    feature_day, version = shift(day, 1), context.lake.version(FEATURES)
    rows = context.lake.rows_by_day(FEATURES).get(feature_day)
    if version is None or rows is None:
        return None
    try:
        with online_redis(context.settings) as url, quiet():
            store = feature_store(context.settings, url, {FEATURES.name: version}, asked_at=midnight(feature_day))
            prove_online(store, context, feature_day, version)
            with open_hot(context.settings) as hot:
                online = OnlineTraders(hot, PROJECT, VIEW, KEY_VERSION).count()
    except StaleError:
        return None  # which is told of the lake
    except StoreError as error:
        return day, str(error)
    if online != rows:
        return day, f"{online} traders are online, {rows} have features as of {feature_day}"
    return None


def _store(context: Context, where: str, days: Mapping[str, date], what: str) -> Finding:
    """Makes the finding that steps mend, each of its day, and after them the boards."""
    steps = days if "publish_hot" in days else {**days, "publish_hot": max(days.values())}
    commands = " and ".join(f"`pumploss run {name} --day {day}`" for name, day in steps.items())
    return Finding(where, what, f"Run {commands}", partial(_run, context, steps))


def _run(context: Context, steps: Mapping[str, date]) -> str:
    return "; ".join(run_step(context, name, [day]).sentence() for name, day in steps.items())
