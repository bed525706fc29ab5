"""Bytes that are kept of what was deleted: PostgreSQL's log and statistics, Redis's file, texts of the home."""

import time
from pathlib import Path

import psycopg
import redis

from jobs.erasing.files import ERASED
from jobs.erasing.forms import Trader
from pumploss.errors import StoreError
from pumploss.hot import open_hot
from pumploss.hot_keys import ANSWERS
from pumploss.settings import Settings
from pumploss.warm import open_warm
from pumploss.whole_files import write_whole

#: Folders of a home that hold databases, dumps and other homes, or what is rewritten by other means.
_KEPT_ELSEWHERE = ("lake", "landing", "landings", "warm", "hot", "mlflow", "feast")
_WAIT_SECONDS, _POLL_SECONDS = 600.0, 0.05
#: A gigabyte of write-ahead log has 64 files of 16 MiB.
_MOST_SWITCHES = 200


def scrub_warm(settings: Settings) -> None:
    """Have the embedded PostgreSQL forget deleted rows: sampled values of columns, and its write-ahead log.

    A server of one's own keeps its log and archives as its operator says. Raises StoreError where the log cannot be
    cleared.
    """
    if settings.warm_dsn is not None or not settings.warm_dir.exists():
        return
    with open_warm(settings) as warm:
        warm.execute("VACUUM FULL pg_catalog.pg_statistic")
        # A file of the log that is used again holds what it held until it is written over.
        warm.execute("ALTER SYSTEM SET wal_recycle = off")
        try:
            warm.execute("SELECT pg_reload_conf()")
            _switch_log(warm)
        finally:
            warm.execute("ALTER SYSTEM RESET wal_recycle")
            warm.execute("SELECT pg_reload_conf()")


def _switch_log(warm: psycopg.Connection) -> None:
    """Go on to a new file of the log until no older one, nor one made ready from an older one, is left.

    A file that was made while another was the only one is made of nothing older.
    """
    was_alone = False
    for _ in range(_MOST_SWITCHES):
        warm.execute("SELECT pg_switch_wal()")
        warm.execute("CHECKPOINT")
        files = warm.execute("SELECT name, name = pg_walfile_name(pg_current_wal_lsn()) FROM pg_ls_waldir()").fetchall()
        is_alone = [is_current for _, is_current in files] == [True]
        if is_alone and was_alone:
            return
        was_alone = is_alone
    raise StoreError(
        f"PostgreSQL keeps {len(files)} files of its log: something else writes to it. Erase again when it is quiet."
    )


def scrub_hot(settings: Settings) -> None:
    """Have Redis drop kept answers, and write its file anew. Raises StoreError where it does not within ten minutes."""
    if settings.hot_url is None and not settings.hot_dir.exists():
        return
    with open_hot(settings) as hot:
        for key in hot.scan_iter(f"{ANSWERS}*"):
            hot.unlink(key)
        if not _persistence(hot)["aof_enabled"]:
            return
        hot.bgrewriteaof()  # type: ignore[no-untyped-call]
        deadline = time.monotonic() + _WAIT_SECONDS
        while _is_rewriting(hot):
            if time.monotonic() > deadline:
                raise StoreError("Redis has not rewritten its file in ten minutes: look at its log, then erase again.")
            time.sleep(_POLL_SECONDS)
        if _persistence(hot)["aof_last_bgrewrite_status"] != "ok":
            raise StoreError("Redis could not rewrite its file: see its log (a full disk?), then erase again.")


def _persistence(hot: redis.Redis) -> dict[str, object]:
    said = hot.info("persistence")
    assert isinstance(said, dict)
    return said


def _is_rewriting(hot: redis.Redis) -> bool:
    said = _persistence(hot)
    return bool(said["aof_rewrite_in_progress"] or said["aof_rewrite_scheduled"])


def texts_naming(home: Path, trader: Trader) -> list[Path]:
    """List the files of a home, such as Data Docs, reports and logs, in which the address stands."""
    found = []
    for folder in sorted(home.iterdir()) if home.is_dir() else []:
        paths = [] if folder.name in _KEPT_ELSEWHERE else [folder] if folder.is_file() else sorted(folder.rglob("*"))
        found += [path for path in paths if path.is_file() and trader.is_in(path.read_bytes())]
    return found


def scrub_texts(paths: list[Path], trader: Trader) -> list[Path]:
    """Put a word in place of the address; answers the files that are no text, such as databases, which stay."""
    left = []
    for path in paths:
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            left.append(path)
            continue
        for form in trader.forms:
            text = text.replace(form, ERASED)
        write_whole(path, text)
    return left
