"""A trader is erased from a published home: no byte of it holds him, and no replay of a dump brings him back."""

import gzip
import json
import re
import signal
import stat
from pathlib import Path
from random import Random

import polars as pl
import pytest

from jobs import commands
from jobs.erasing.forms import Trader
from jobs.running.lookups import keep_segments
from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_step, run_steps
from jobs.saving.manifest import measured
from jobs.verifying.lake import by_content, by_logs
from pumploss import embedded
from pumploss.errors import SettingsError
from pumploss.hot import open_hot
from pumploss.lake.tombstones import Tombstones
from pumploss.tables import gold_market_day, gold_token_day, silver_open_lots
from pumploss.warm import open_warm
from tests.building import commands as commands_building
from tests.building import lakes, markets, nights, online
from tests.building.addresses import address
from tests.building.dumps import land_day
from tests.building.three_days import D1, D2, D3, DAYS

pytestmark = pytest.mark.slow

ERASED = Trader(address("trader-3"))
STORES = ("publish_warm", "materialize_features", "publish_hot")
#: Tables without a row by trader: what they say stays as it was published.
OF_THE_MARKET = (gold_market_day.TABLE.name, gold_token_day.TABLE.name, "silver_tokens", "bronze_token_events")


def published(home: Path) -> Path:
    """A home with two published days, segments, an old version of a day, and refused lines and texts that name him."""
    with lakes.opened(home) as context:
        for day, trades in markets.random_dumps(Random(3), list(DAYS), 120).items():
            land_day(context.settings.landing, day, trades)
            odd = {**trades[0], "trader_address": "trader-3", "signature": f"odd-{day}", "direction": "swap"}
            land_day(context.settings.landing, day, [odd], "odd")
        for day in (D1, D2):
            run_steps(context, [step.name for step in DATA_STEPS], [day])
        keep_segments(context, silver_open_lots.TABLE, D3)
        more = {**odd, "direction": "buy", "signature": "more"}
        land_day(context.settings.landing, D1, [{**more, "traded_at": more["traded_at"].replace(day=D1.day)}], "odd")
        run_steps(context, [step.name for step in DATA_STEPS], [D1, D2])
        run_steps(context, STORES, [D2])
        context.ledger.append([{**context.ledger.latest()["gold_labels", D2], "run_day": D2, "error": ERASED.address}])
        context.settings.data_docs_dir.mkdir(exist_ok=True)
        (context.settings.data_docs_dir / "page.html").write_text(f"<p>{ERASED.address}</p>")
    return home


@pytest.fixture(scope="module")
def template(spark, tmp_path_factory):
    return published(tmp_path_factory.mktemp("erasing") / "home")


def said_by(home, *words):
    with nights.environment_of(home):
        return commands.main([str(word) for word in words])


def held_by(home: Path, trader: Trader = ERASED) -> list[str]:
    """Every file of a home, but the dumps, in which a trader stands: as bytes, packed, or in a column of Parquet."""
    found = []
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.relative_to(home).parts[0] != "landing":
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            if path.suffix == ".parquet":
                content += json.dumps(pl.read_parquet(path).to_dicts(), default=str).encode()
            if trader.is_in(content):
                found.append(str(path.relative_to(home)))
    return found


def rows_of_others(context) -> dict[str, list[str]]:
    """Every row of every table that does not name him, as text; tables without such a row are left out."""
    rows = {
        table.name: sorted(map(str, context.lake.read(table).drop("run_id").toArrow().to_pylist()))
        for table in lakes.data_tables()
    }
    return {
        name: kept for name, texts in rows.items() if (kept := [text for text in texts if ERASED.address not in text])
    }


def held_by_stores(context, folder: Path) -> list[str]:
    """What a dump of PostgreSQL as text, and the keys of Redis, have of him."""
    found = []
    with embedded.postgres(context.settings.warm_dir) as server, open_warm(context.settings):
        server._use("pg_dump", "--file", str(folder / "dump.sql"), server.dsn)
    if ERASED.is_in((folder / "dump.sql").read_bytes()):
        found.append("warm")
    with open_hot(context.settings) as hot:
        raw = type(hot).from_url(embedded.redis(context.settings.hot_dir).url)
        found += [f"hot {key!r}" for key in raw.scan_iter() if ERASED.is_in(key + _value(raw, key))]
        raw.close()
    return found


def _value(raw, key: bytes) -> bytes:
    kind = raw.type(key)
    values = {
        b"string": lambda: [raw.get(key)],
        b"list": lambda: raw.lrange(key, 0, -1),
        b"set": lambda: raw.smembers(key),
    }
    return b"\n".join(values[kind]())


def test_nothing_holds_an_erased_trader_and_a_replay_does_not_bring_him_back(template, tmp_path, capsys):
    home = lakes.copied(template, tmp_path / "home")
    assert {path.split("/")[0] for path in held_by(home)} == {"lake", "warm", "hot", "data_docs", "exports"}
    with lakes.opened(home) as context:
        assert held_by_stores(context, tmp_path)
        online.astray(context.settings, ERASED.address)
        others, market = rows_of_others(context), lakes.contents(context)
    assert said_by(home, "erase", ERASED.address, "--yes") == 0
    assert re.search(r"canonical/2026-01-06/odd\.csv\.gz: 2\n", capsys.readouterr().out)
    assert held_by(home) == []
    with lakes.opened(home) as context:
        assert held_by_stores(context, tmp_path) == []
        assert rows_of_others(context) == others
        assert (
            lakes.contents(context).items() >= {key: market[key] for key in market if key[0] in OF_THE_MARKET}.items()
        )
        assert list(by_logs(context)) == [] == list(by_content(context))
        assert not any(context.ledger.stale(step.name) for step in DATA_STEPS)
        run_step(context, "bronze_trades", [D1, D2])
        assert not any(context.ledger.stale(step.name) for step in DATA_STEPS), "the replay gave other rows"
        inputs = json.loads(context.ledger.latest()["bronze_trades", D2]["inputs"])
        assert {file["path"]: file.get("erased") for file in inputs}["canonical/2026-01-06/odd.csv.gz"] == 1
        run_steps(context, [step.name for step in DATA_STEPS], [D3])
        run_steps(context, STORES, [D3])
        assert held_by_stores(context, tmp_path) == []
    assert held_by(home) == []


#: A process that is killed after the n-th call of a function.
KILLED = """
import os, signal, sys
from jobs import commands
from jobs.erasing import erasure
from pumploss.lake import Lake
from pumploss.lake.tombstones import Tombstones

place, name, left, trader = sys.argv[1], sys.argv[2], [int(sys.argv[3])], sys.argv[4]
owner = {"erasure": erasure, "lake": Lake, "stones": Tombstones}[place]
real = getattr(owner, name)

def dying(*given, **more):
    answer = real(*given, **more)
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

setattr(owner, name, dying)
sys.exit(commands.main(["erase", trader, "--yes"]))
"""
#: One after the other on the same home, each later than the one before.
KILLS = (
    ("stones", "begin", 1),
    ("lake", "replace", 1),
    ("erasure", "restate", 2),
    ("lake", "replace", 3),
    ("erasure", "erase_from_ledger", 1),
    ("erasure", "run_step", 1),
    ("erasure", "scrub_warm", 1),
)


def test_what_was_killed_in_the_middle_is_finished_by_running_again(template, tmp_path, capsys):
    home = lakes.copied(template, tmp_path / "home")
    with lakes.opened(home) as context:
        others = rows_of_others(context)
    for place, name, count in KILLS:
        done = commands_building.run_code(home, KILLED, place, name, str(count), ERASED.address)
        assert done.returncode == -signal.SIGKILL, (name, done.stderr[-2000:])
        with lakes.opened(home) as context:
            assert Tombstones(context.lake, home).marks().hold(ERASED.names[1]), "he is kept out before anything goes"
    assert said_by(home, "erase", ERASED.address, "--yes") == 0
    assert held_by(home) == []
    with lakes.opened(home) as context:
        assert held_by_stores(context, tmp_path) == []
        assert rows_of_others(context) == others
        assert list(by_logs(context)) == [] == list(by_content(context))
        assert not any(context.ledger.stale(step.name) for step in DATA_STEPS)


def test_a_dry_run_and_a_refusal_change_nothing(template, tmp_path, capsys):
    home = lakes.copied(template, tmp_path / "home")
    before = held_by(home)
    assert said_by(home, "erase", ERASED.address, "--dry-run") == 0
    said = capsys.readouterr().out
    assert re.search(r"silver_trades +2 +\d", said)
    assert "The dumps are yours" in said
    assert said_by(home, "erase", ERASED.address) == 1
    assert "with --yes once you know" in capsys.readouterr().err
    assert held_by(home) == before
    assert not (home / "erasure.key").exists()


def test_what_is_no_address_is_refused_and_one_that_never_traded_leaves_a_tombstone_alone(template, tmp_path, capsys):
    home, stranger = lakes.copied(template, tmp_path / "home"), Trader(address("never-traded"))
    before = files_of(home)
    assert said_by(home, "erase", "rows", "--yes") == 1
    assert "'rows' is not an address" in capsys.readouterr().err
    assert files_of(home) == before
    assert said_by(home, "erase", stranger.address, "--yes") == 0
    assert {name for name, _ in files_of(home).items() ^ before.items()} == {"erasure.key", "lake/_erased.json"}
    with lakes.opened(home) as context:
        assert Tombstones(context.lake, home).marks().hold(stranger.names[1])
        assert not Tombstones(context.lake, home).are_unfinished(stranger.names)


def test_a_dump_that_is_named_after_him_has_to_be_renamed_first(template, tmp_path, capsys):
    home = lakes.copied(template, tmp_path / "home")
    (home / f"landing/canonical/{D1}/odd.csv.gz").rename(home / f"landing/canonical/{D1}/{ERASED.address}.csv.gz")
    before = files_of(home)
    assert said_by(home, "erase", ERASED.address, "--yes") == 1
    assert f"canonical/{D1}/{ERASED.address}.csv.gz. Nothing was changed. Rename" in capsys.readouterr().err
    assert files_of(home) == before


def files_of(home: Path) -> dict[str, object]:
    return {str(path.relative_to(home)): measured(path) for path in home.rglob("*") if "_locks" not in path.parts}


def test_a_run_without_the_key_reads_no_dump_and_a_backup_keeps_it(template, tmp_path, capsys):
    home = lakes.copied(template, tmp_path / "home")
    with lakes.opened(home) as context:
        Tombstones(context.lake, home).begin(ERASED.names)
    assert said_by(home, "backup", tmp_path / "backup") == 0
    assert said_by(tmp_path / "again", "restore", tmp_path / "backup") == 0
    assert (tmp_path / "again" / "erasure.key").read_bytes() == (home / "erasure.key").read_bytes()
    assert stat.S_IMODE((tmp_path / "again" / "erasure.key").stat().st_mode) == 0o600
    (home / "erasure.key").unlink()
    with lakes.opened(home) as context, pytest.raises(SettingsError, match=r"erasure\.key is gone"):
        run_step(context, "bronze_trades", [D1])
