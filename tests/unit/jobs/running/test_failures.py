"""What stands after a failure or a kill."""

import json
import signal
from dataclasses import replace

import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_step, run_steps
from pumploss.errors import CheckError, LakeError, LandingError, LockedError, SettingsError
from pumploss.lake.locks import table_lock
from pumploss.lake.owner import disproved, owner
from pumploss.tables import gold_market_day
from tests.building.commands import run_code
from tests.building.lakes import settings_of
from tests.building.three_days import D2, D3, STEPS, each, last_rows, more, stale


def test_an_unreadable_dump_fails_with_its_reason_and_leaves_what_stands(built, dumps, land, digests):
    before = digests(built)
    path = land(built.settings.landing, D2, dumps[D2])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LandingError, match=r"trades\.csv\.gz"):
        run_step(built, "bronze_trades", [D2])
    row = last_rows(built, "bronze_trades")[D2]
    assert row["status"] == "failed"
    assert "trades.csv.gz" in row["error"]
    assert json.loads(row["inputs"])[0]["records"] is None
    assert digests(built) == before
    land(built.settings.landing, D2, dumps[D2])
    run_step(built, "bronze_trades", [D2])
    assert stale(built) == {}


def test_a_failed_stop_check_leaves_the_table_as_it_was(built, dumps, land, monkeypatch, digests):
    """A step that takes any stated fee for the venue's, as none does, is stopped by the check on its table."""
    before = digests(built)
    robbery = more(D3, "robbery", token_mint="robbed", fee_lamports=9 * 10**8)
    land(built.settings.landing, D3, [*dumps[D3], robbery])
    run_steps(built, STEPS[:5], [D3])
    is_stopped = pytest.raises(
        CheckError, match=r"gold_token_day was not published.*\n.*2026-01-07: maximum\(fee_close_share\) is 0.9"
    )
    with monkeypatch.context() as broken, is_stopped:
        broken.setattr("jobs.tokens.close_state.MOST_FEE_SHARE", 1)
        run_step(built, "gold_token_day", [D3])
    after = digests(built)
    assert {place: after[place] for place in after if place[0].startswith("gold")} == {
        place: before[place] for place in before if place[0].startswith("gold")
    }
    assert last_rows(built, "gold_token_day")[D3]["status"] == "failed"
    assert stale(built) == each(STEPS[5:], D3)
    land(built.settings.landing, D3, dumps[D3])
    run_steps(built, STEPS, [D3])
    assert digests(built) == before


def test_a_table_that_another_run_writes_is_not_written(built, monkeypatch, digests):
    before = digests(built)
    monkeypatch.setattr("pumploss.lake.delta.table_lock", lambda root, name: table_lock(root, name, wait_seconds=0))
    with table_lock(built.lake.root, gold_market_day.TABLE.name), pytest.raises(LockedError, match="gold_market_day"):
        run_step(built, "gold_market_day", [D3])
    assert last_rows(built, "gold_market_day")[D3]["status"] == "failed"
    assert digests(built) == before


NOT_BUILT = {
    "a folder that is not there": (LandingError, "cannot be listed", lambda right: {"landing": f"{right}-typo"}),
    "a folder without this day": (LandingError, "No dump of", lambda right: {"landing": str(right.parent / "other")}),
    "a dump that cannot be read": (
        LandingError,
        r"trades\.csv\.gz",
        lambda right: {"landing": str(right.parent / "cut")},
    ),
    "a cluster that cannot reach it": (SettingsError, "PUMPLOSS_LAKE", lambda _: {"spark_remote": "sc://127.0.0.1:1"}),
}


@pytest.mark.parametrize("kind", NOT_BUILT)
@pytest.mark.parametrize("step", ["bronze_trades", "silver_trades"])
def test_a_first_run_that_built_nothing_has_bound_nothing(spark, tmp_path, dumps, land, kind, step):
    settings = settings_of(tmp_path / "home", tmp_path / "dumps")
    error, said, wrong = NOT_BUILT[kind]
    land(tmp_path / "dumps", D2, dumps[D2])
    land(tmp_path / "other", D3, dumps[D3])
    cut = land(tmp_path / "cut", D2, dumps[D2])
    cut.write_bytes(cut.read_bytes()[:-20])
    is_first = step == "bronze_trades"
    with (
        open_context(replace(settings, **wrong(tmp_path / "dumps"))) as mistaken,
        pytest.raises(error if is_first else LakeError, match=said if is_first else "never built"),
    ):
        run_step(mistaken, step, [D2])
    assert settings_of(tmp_path / "home").landing == str(tmp_path / "home" / "landing")
    with open_context(settings) as context:
        assert owner(context.lake) is None
        run_step(context, "bronze_trades", [D2])
        assert owner(context.lake) == str(tmp_path / "dumps")
        assert disproved(context.lake) is None
    with (
        open_context(settings_of(tmp_path / "home", tmp_path / "other")) as other,
        pytest.raises(LakeError, match="mix"),
    ):
        run_step(other, "bronze_trades", [D3])


KILLED = """
import os, signal, sys
from datetime import date
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.lake import delta, ledger
from pumploss.settings import from_environment

table, moment = sys.argv[2:4]
replace, append = delta.Lake.replace, ledger.Ledger.append

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def replace_or_die(self, found, *given):
    if found.name == table:
        if moment == "before":
            die()
        ledger.Ledger.append = die
    return replace(self, found, *given)

delta.Lake.replace = replace_or_die
with open_context(from_environment()) as context:
    run_steps(context, sys.argv[4:], [date.fromisoformat(sys.argv[1])])
"""


@pytest.mark.parametrize(("table", "moment"), [("silver_trade_pnl", "before"), ("silver_trades", "after")])
def test_a_killed_step_runs_again_to_the_same_tables(built, dumps, land, digests, changed, table, moment):
    land(built.settings.landing, D2, [*dumps[D2], more(D2)])
    killed = run_code(built.settings.home, KILLED, str(D2), table, moment, *STEPS[:4])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    run_step(built, "bronze_trades", [D2])
    run_steps(built, STEPS[1:], [D3])
    assert digests(built) == changed
    assert stale(built) == {}
