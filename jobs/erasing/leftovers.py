"""Bytes that are kept of what was deleted: PostgreSQL's log and statistics, Redis's file, texts of the home."""

import gzip
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

from feature_repo.online_traders import trader_keys
from feature_repo.store import KEY_VERSION, PROJECT
from jobs.erasing.forms import Trader
from jobs.saving.manifest import NAME
from pumploss.errors import StoreError
from pumploss.hot import open_hot
from pumploss.hot_client import named, servers, tag
from pumploss.hot_keys import ANSWERS
from pumploss.settings import Settings
from pumploss.warm import open_warm
from pumploss.whole_files import write_whole

#: Folders of a home that hold databases, dumps and other homes, or what is rewritten by other means.
_KEPT_ELSEWHERE = ("lake", "landing", "landings", "warm", "hot", "mlflow", "feast")
_GZIP = b"\x1f\x8b"
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


def scrub_hot(settings: Settings, trader: Trader) -> None:
    """Have Redis drop kept answers and what the trader has online, and write its file anew.

    Of a cluster every server does, replicas as well. Raises StoreError where one does not within ten minutes.
    """
    if settings.hot_url is None and not settings.hot_dir.exists():
        return
    with open_hot(settings) as hot:
        # Whoever is not among those who are known to be online stays there when the others are put there anew.
        hot.unlink(*(tag(hot) + key for key in trader_keys([trader.address], PROJECT, KEY_VERSION)))
        for key in hot.scan_iter(f"{named(hot, ANSWERS)}*"):
            hot.unlink(key)
        for server in servers(hot):
            _rewrite_file(server)


def _rewrite_file(server: redis.Redis) -> None:
    if not _persistence(server)["aof_enabled"]:
        return
    server.bgrewriteaof()  # type: ignore[no-untyped-call]
    deadline = time.monotonic() + _WAIT_SECONDS
    while _is_rewriting(server):
        if time.monotonic() > deadline:
            raise StoreError("Redis has not rewritten its file in ten minutes: look at its log, then erase again.")
        time.sleep(_POLL_SECONDS)
    if _persistence(server)["aof_last_bgrewrite_status"] != "ok":
        raise StoreError("Redis could not rewrite its file: see its log (a full disk?), then erase again.")


def _persistence(hot: redis.Redis) -> dict[str, object]:
    said = hot.info("persistence")
    assert isinstance(said, dict)
    return said


def _is_rewriting(hot: redis.Redis) -> bool:
    said = _persistence(hot)
    return bool(said["aof_rewrite_in_progress"] or said["aof_rewrite_scheduled"])


def texts_naming(home: Path, trader: Trader) -> list[Path]:
    """List the files of a home, such as Data Docs, reports, logs and exports, packed or not, that hold the address."""
    return [path for path in _own_files(home) if trader.is_in(_unpacked(path))]


def backups_in(home: Path) -> list[Path]:
    """List the backups below a home: their digests make them whole or worthless, so nothing of them is rewritten."""
    return [folder for folder, names in _walk(home) if NAME in names]


def _own_files(home: Path) -> Iterator[Path]:
    for folder, names in _walk(home):
        if NAME not in names:
            yield from (path for name in names if (path := folder / name).is_file() and not path.is_symlink())


def _walk(home: Path) -> Iterator[tuple[Path, list[str]]]:
    """Go through the folders of a home and their files, but through none of a backup."""
    for place, folders, names in os.walk(home):
        folder = Path(place)
        if NAME in names:
            folders.clear()
        folders[:] = sorted(set(folders) - (set(_KEPT_ELSEWHERE) if folder == home else set()))
        yield folder, sorted(names)


def _unpacked(path: Path) -> bytes:
    """Read a file, what gzip packed as it was before, as far as it can be unpacked."""
    content = path.read_bytes()
    if not content.startswith(_GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error):
        return content


def scrub_texts(paths: list[Path], trader: Trader) -> list[Path]:
    """Put a word in place of the address; answers the files that are no text, such as databases, which stay."""
    left = []
    for path in paths:
        content = _unpacked(path)
        try:
            text = trader.taken_from(content.decode()).encode()
        except UnicodeDecodeError:
            left.append(path)
            continue
        is_packed = path.read_bytes() != content
        write_whole(path, gzip.compress(text, mtime=0) if is_packed else text)
    return left
