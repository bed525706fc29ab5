"""What `verify` says of a built lake, and what it mends of one that somebody has been at."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

from jobs import commands
from jobs.commands import verify as verify_command
from jobs.pipeline import BY_NAME
from jobs.running.ledger_rows import Ending, rows_of
from jobs.running.lookups import keep_segments
from jobs.running.runner import run_steps
from jobs.verifying.finding import Finding
from jobs.verifying.lake import by_content, by_files, by_logs, of_segments
from pumploss.errors import StoreError
from pumploss.lake.segments.manifest import INDEX
from pumploss.report import DayReport
from pumploss.settings import ROOT
from pumploss.tables import gold_market_day, silver_open_lots, silver_trades
from tests.building import built_days, lakes, nights
from tests.building.three_days import D2, D3

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(spark, tmp_path_factory):
    """A home with three built days, those before the last gathered into segments."""
    home = lakes.copied(built_days.built(tmp_path_factory)[0], tmp_path_factory.mktemp("template") / "home")
    with lakes.opened(home) as context:
        keep_segments(context, silver_open_lots.TABLE, D3)
    return home


@pytest.fixture
def built(template, tmp_path):
    with lakes.opened(lakes.copied(template, tmp_path / "home")) as context:
        yield context


def verify(context, *options):
    with nights.environment_of(context.settings.home):
        return commands.main(["verify", "--json", *options])


def said(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_repair_that_fails_is_left_to_people(built, capsys, monkeypatch):
    """As where the hot store does not answer: what was said to be repaired would be looked at by nobody."""

    def mend():
        raise StoreError("The hot store redis://127.0.0.1:1 failed.")

    found = Finding("hot store", "it shows nothing", "Run `pumploss run publish_hot`", mend)
    monkeypatch.setattr(verify_command, "PARTS", {"stores": lambda _: [found]})
    assert verify(built, "--quick", "--repair") == 1
    (told,) = said(capsys)
    assert told["repaired"] is None
    assert told["not_repaired"] == "The hot store redis://127.0.0.1:1 failed."


def test_a_built_lake_agrees(built, capsys):
    assert verify(built) == 0
    assert said(capsys) == []
    process = subprocess.run(
        [sys.executable, "-m", "jobs", "verify", "--quick"],
        cwd=ROOT,
        env={**os.environ, "PUMPLOSS_HOME": str(built.settings.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stdout) == (0, "Everything agrees.\n"), process.stderr


def test_stale_days_alone_have_an_exit_code_of_their_own(built, capsys):
    """Scripts tell what a night does by itself from what waits for a person."""
    built.ledger.append(
        rows_of(built, BY_NAME["gold_market_day"], {D3: DayReport()}, Ending("stale", error="silver changed"))
    )
    assert verify(built, "--quick") == 3
    (told,) = said(capsys)
    assert (told["what"], told["repaired"]) == ("1 days of steps are stale", None)
    assert "`pumploss nightly`" in told["advice"]
    with lakes.opened(built.settings.home) as again:
        run_steps(again, ["gold_market_day"], [D3])
    assert verify(built, "--quick") == 0


def test_commits_that_are_gone_are_named_and_made_up_for(built, capsys, digests):
    before = digests(built)
    folder = built.settings.home / "lake" / "silver_trades" / "_delta_log"
    latest = DeltaTable(built.lake.path(silver_trades.TABLE)).version()
    (folder / f"{latest:020}.json").unlink()
    assert verify(built, "--quick") == 1
    found = said(capsys)
    assert {finding["where"] for finding in found} >= {"silver_trades of 2026-01-07"}
    assert all("`pumploss verify --repair` marks the day stale" in finding["advice"] for finding in found)
    assert verify(built, "--quick", "--repair") == verify_command.STALE, "what is marked stale is left to the night"
    assert {finding["repaired"] for finding in said(capsys)} >= {"silver_trades of 2026-01-07 is marked stale"}
    with lakes.opened(built.settings.home) as again:
        lakes.build(again)
        assert digests(again) == before
        assert list(by_logs(again)) == []


def test_a_damaged_file_is_found_and_its_day_made_anew(built, capsys, digests):
    before = digests(built)
    path = Path(built.lake.files(gold_market_day.TABLE, [D2])[0].path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.unlink()
    path.write_bytes(content)
    assert [finding.where for finding in by_files(built)] == ["gold_market_day of 2026-01-06"]
    assert list(by_content(built)) == []
    assert verify(built, "--repair") == verify_command.STALE
    assert any("does not hold what was written" in finding["what"] for finding in said(capsys))
    with lakes.opened(built.settings.home) as again:
        run_steps(again, ["gold_market_day"], [D3])
        assert digests(again) == before


def test_content_that_was_changed_behind_the_ledger_is_found(built, digests):
    before = digests(built)
    row = built.ledger.standing("gold_market_day")[D2]
    outputs = json.loads(row["outputs"])
    kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
    outputs["gold_market_day"]["digest"] = "1-1"
    built.ledger.append([{**kept, "outputs": json.dumps(outputs)}])
    assert list(by_logs(built)) == []
    (finding,) = by_content(built)
    assert (finding.where, "the ledger names 1-1" in finding.what) == (f"{gold_market_day.TABLE.name} of {D2}", True)
    assert finding.mend() == f"gold_market_day of {D2} is marked stale"
    lakes.build(built)
    assert list(by_content(built)) == []
    assert digests(built) == before


def test_a_torn_segment_is_removed_and_gathered_again(built):
    root = built.settings.home / "lake" / "_segments" / silver_open_lots.TABLE.name
    (segment, *_) = root.iterdir()
    (segment / INDEX).write_bytes(b"")
    (finding,) = of_segments(built)
    assert segment.name in finding.where
    assert "it is removed, and" in finding.mend()
    assert not segment.exists()
    assert list(of_segments(built)) == []
