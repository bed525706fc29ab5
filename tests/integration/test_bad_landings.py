"""Dumps that cannot be trusted: one clear error, exit code 1, a failed row in the ledger, and the lake as it was."""

import gzip
import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from jobs import commands
from pumploss.lake import Lake, Ledger
from pumploss.settings import as_environment
from pumploss.tables import bronze_trades, quarantine_trades
from simulator import Market, write_dumps
from tests.building import forks, lakes, nights

GOOD, BAD = date(2026, 1, 1), date(2026, 1, 2)


def run_bronze(settings, *words):
    """The command in a process of its own."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(settings.home), **as_environment(settings)}
    return forks.run(["-m", "jobs", "run", "bronze_trades", *words], environment)


@pytest.fixture
def bronze(settings, capsys):
    """The command in this process; answers its exit code and what it wrote to standard error."""

    def run(*words):
        with nights.environment_of(settings.home):
            code = commands.main(["run", "bronze_trades", *words])
        return code, capsys.readouterr().err

    return run


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A lake with one good day."""
    home = tmp_path_factory.mktemp("home")
    settings = lakes.settings_of(home)
    write_dumps(Market(days=2, trades_per_day=40), home / "whole")
    shutil.copytree(home / "whole" / "canonical" / str(GOOD), Path(settings.landing) / "canonical" / str(GOOD))
    done = run_bronze(settings, "--day", str(GOOD), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows_written"] > 0
    return settings


@pytest.fixture
def day(settings):
    """The bad day's folder, whose dump was whole; it and everything foreign is gone afterwards."""
    landing = Path(settings.landing)
    folder = landing / "canonical" / str(BAD)
    shutil.copytree(settings.home / "whole" / "canonical" / str(BAD), folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    for foreign in landing.iterdir():
        if foreign.name != "canonical":
            shutil.rmtree(foreign)


def truncated(day):
    dump = day / "trades.csv.gz"
    dump.write_bytes(dump.read_bytes()[:-100])
    return [f"canonical/{BAD}/trades.csv.gz", "truncated"]


def binary(day):
    (day / "more.csv").write_bytes(bytes(range(256)) * 8)
    return [f"canonical/{BAD}/more.csv", "binary"]


def unknown_source(day):
    (day.parents[1] / "somewhere" / str(BAD)).mkdir(parents=True)
    return ["somewhere is no source's folder", "known sources: "]


def header_only(day):
    dump = day / "trades.csv.gz"
    dump.write_bytes(gzip.compress(gzip.decompress(dump.read_bytes()).splitlines(keepends=True)[0]))
    return [f"canonical/{BAD}", "without a single record"]


def no_files(day):
    (day / "trades.csv.gz").unlink()
    return [f"canonical/{BAD}", "without a single record"]


def missing(day):
    shutil.rmtree(day)
    return [f"No dump of canonical/{BAD}", "must land every day"]


def contents(lake):
    """Versions and rows of what bronze writes."""
    tables = (bronze_trades.TABLE, quarantine_trades.TABLE)
    return [(lake.version(table), pl.read_delta(lake.path(table)).rows()) for table in tables]


@pytest.mark.parametrize("spoil", [truncated, binary, unknown_source, header_only, no_files, missing])
def test_a_day_that_cannot_be_trusted_changes_nothing(spoil, settings, bronze, day):
    lake = Lake(settings.lake, lambda: pytest.fail("no engine is needed here"))
    before = contents(lake)
    said = spoil(day)
    code, told = bronze("--day", str(BAD))
    assert code == 1
    assert "Traceback" not in told
    assert [text for text in said if text not in told] == []
    assert contents(lake) == before
    last = Ledger(lake).frame().row(-1, named=True)
    assert (last["step"], last["day"], last["status"]) == ("bronze_trades", BAD, "failed")
    assert [text for text in said if text not in last["error"]] == []
    assert not list((settings.home / "lake" / "_stage").glob("*"))


def test_a_range_with_a_bad_day_takes_none_of_it(settings, day):
    lake = Lake(settings.lake, lambda: pytest.fail("no engine is needed here"))
    before = contents(lake)
    truncated(day)
    done = run_bronze(settings, "--from", str(GOOD), "--to", str(BAD))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nothing of these days was taken" in done.stderr
    assert contents(lake) == before
    failed = Ledger(lake).frame().filter(pl.col("status") == "failed").tail(2)
    assert failed["day"].to_list() == [GOOD, BAD]
