"""The command line: what it accepts, how it ends, and where it puts the stores of different dumps."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from jobs import commands
from jobs.commands import homes, simulate, status
from jobs.commands.parser import ALL, PERIODS, parse
from jobs.commands.run import chosen, summary
from jobs.pipeline import STEPS, Cadence
from pumploss import warm
from pumploss.errors import LakeError, SettingsError
from pumploss.report import RunReport
from pumploss.settings import from_environment
from simulator import Market

ROOT = Path(__file__).resolve().parents[4]
HEAVY = {"airflow", "deltalake", "mlflow", "numpy", "polars", "psycopg", "pyarrow", "pyspark", "rich"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home that the environment names."""
    for name in ("PUMPLOSS_LAKE", "PUMPLOSS_LANDING", "PUMPLOSS_WARM_DSN", "PUMPLOSS_HOT_URL", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PUMPLOSS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def listening(handler, monkeypatch):
    """Make `list` call this handler."""
    monkeypatch.setattr("jobs.commands.list_steps.run", handler)
    return commands.main(["list"])


def test_help_imports_nothing_heavy_and_names_every_command():
    code = (
        "import atexit, sys\nfrom jobs.commands import main\n"
        f"atexit.register(lambda: print('heavy:', sorted({HEAVY} & set(sys.modules))))\n"
        "main(['--help'])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.endswith("heavy: []\n")
    for name in (
        "simulate",
        "nightly",
        "backfill",
        "run",
        "list",
        "status",
        "losers",
        "trader",
        "methods",
        "serve",
        "airflow",
    ):
        assert f"\n    {name} " in shown


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["run", "bronze_trades"],
        ["run", "bronze_trades", "--from", "2026-01-01"],
        ["run", "bronze_trades", "--day", "2026-01-01", "--to", "2026-01-02"],
        ["run", "bronze_trades", "--day", "2026-1-1"],
        ["run", "bronze_trades", "--day", "20260101"],
        ["run", "lead_trades", "--day", "2026-01-01"],
        ["backfill"],
        ["backfill", "--from", "2026-01-01", "--to", "2026-01-02", "--steps", "lead_trades"],
        ["losers", "--period", "90d"],
        ["losers", "--limit", "0"],
        ["simulate", "--days", "-1"],
        ["trader"],
    ],
)
def test_wrong_arguments_end_with_code_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(words, "pumploss")
    assert ended.value.code == 2
    assert "usage: pumploss" in capsys.readouterr().err


def test_a_landing_is_taken_as_it_is(home, capsys):
    with pytest.raises(SystemExit) as ended:
        commands.main(["nightly", "--landing", str(home), "--days", "3"])
    assert ended.value.code == 2
    assert "leave --days, --trades and --seed out" in capsys.readouterr().err


def test_periods_are_those_of_the_warm_store():
    assert tuple(warm.PERIODS) == PERIODS


def test_steps_come_in_pipeline_order_and_all_trains_only_what_is_missing():
    assert [step.name for step, _ in chosen(["publish_hot", "bronze_trades"])] == ["bronze_trades", "publish_hot"]
    everything = chosen([ALL])
    assert [step for step, _ in everything] == list(STEPS)
    assert {step.name for step, options in everything if options} == {
        s.name for s in STEPS if s.cadence is Cadence.WEEKLY
    }
    assert chosen(["train_risk_model"])[0][1] == {}
    assert chosen(["train_risk_model"], if_missing=True)[0][1] == {"if_missing": True}


def test_summary_is_one_line_of_json():
    report = RunReport("bronze_trades", notes=["a note"])
    report.day(date(2026, 1, 1)).rows_read = 3
    report.day(date(2026, 1, 2)).rows_read = 4
    found = json.loads(json.dumps(summary(report, "run")))
    assert (found["first_day"], found["last_day"], found["rows_read"]) == ("2026-01-01", "2026-01-02", 7)


def test_a_known_error_is_one_message(home, capsys):
    assert commands.main(["losers"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("pumploss: Nothing has been published yet")
    assert "Traceback" not in said


def test_any_other_error_says_what_to_do(monkeypatch, capsys):
    def fail(_):
        raise ZeroDivisionError("whatever")

    assert listening(fail, monkeypatch) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: whatever" in said
    assert "run the command again" in said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_command_in_order(number, code, monkeypatch, capsys):
    # Whoever starts the tests in the background may have them ignore Ctrl-C.
    interrupts = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.getsignal(signal.SIGTERM)

    def wait(_):
        os.kill(os.getpid(), number)
        time.sleep(10)

    try:
        assert listening(wait, monkeypatch) == code
        assert "nothing is half-written" in capsys.readouterr().err
        assert signal.getsignal(signal.SIGTERM) == before
    finally:
        signal.signal(signal.SIGINT, interrupts)


def test_list_shows_every_step(capsys):
    assert commands.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert all(step.name in shown for step in STEPS)


def test_status_of_nothing_starts_and_makes_nothing(home, capsys):
    assert commands.main(["status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not home.exists()
    assert set(found["steps"]) == {step.name for step in STEPS}
    assert found["steps"]["bronze_trades"]["status"] is None
    assert found["stores"]["lake"]["address"] == str(home / "lake")
    assert found["stores"]["warm"]["is_running"] is False
    assert "cannot be listed" in found["landing"]["error"]


def test_status_keeps_passwords_to_itself(tmp_path):
    settings = from_environment(
        {
            "PUMPLOSS_HOME": str(tmp_path),
            "PUMPLOSS_WARM_DSN": "host=db password=hunter2 user=me",
            "PUMPLOSS_HOT_URL": "redis://me:hunter2@cache:6379/0",
            "MLFLOW_TRACKING_URI": "https://me:hunter2@models",
        }
    )
    found = status.stores(settings)
    assert "hunter2" not in json.dumps(found)
    assert found["warm"]["address"] == "host=db password=*** user=me"
    assert found["hot"]["address"] == "redis://me:***@cache:6379/0"


def test_simulating_twice_changes_nothing_and_another_market_is_refused(home, capsys):
    words = ["simulate", "--days", "2", "--trades", "50"]
    assert commands.main(words) == 0
    assert "2 dumps new or changed" in capsys.readouterr().out
    assert commands.main(words) == 0
    assert "0 dumps new or changed" in capsys.readouterr().out
    assert commands.main([*words, "--seed", "2"]) == 1
    assert "they would mix" in capsys.readouterr().err


def test_the_simulator_never_writes_among_dumps_of_others(home):
    folder = home / "landing" / "canonical" / "2026-01-01"
    folder.mkdir(parents=True)
    assert not simulate.is_free(str(home / "landing"), Market(days=1))
    assert simulate.is_free(str(home / "elsewhere"), Market(days=1))


def test_dumps_of_others_get_a_home_of_their_own(home, monkeypatch, tmp_path):
    monkeypatch.setattr(homes, "ROOT", home)
    monkeypatch.setenv("PUMPLOSS_HOME", str(home / "var"))
    given = from_environment()
    mine = homes.with_landing(given, str(tmp_path / "dumps"))
    assert homes.for_landing(mine) == mine
    homes.lake(mine).claim(mine.landing)
    assert homes.for_landing(mine) == mine

    other = homes.for_landing(homes.with_landing(given, str(tmp_path / "more")))
    assert other.home.parent == home / "var" / "landings"
    assert other.home.name.startswith("more-")
    assert other.lake == str(other.home / "lake")
    assert homes.exports(other) == f"export PUMPLOSS_HOME={other.home} PUMPLOSS_LANDING={tmp_path / 'more'}"

    simulated = homes.for_market(given, Market(days=1))
    assert simulated.home.name == f"market-{simulate.digest(Market(days=1))}"
    assert simulated.landing == str(simulated.home / "landing")
    assert simulate.digest(Market(days=9)) == simulate.digest(Market(days=1)) != simulate.digest(Market(days=1, seed=2))


def test_a_chosen_home_is_never_left(home, tmp_path):
    given = from_environment()
    homes.lake(given).claim(str(tmp_path / "dumps"))
    for settings in (given, homes.with_landing(given, str(tmp_path / "more"))):
        with pytest.raises(LakeError, match="never mix"):
            homes.for_landing(settings)
    with pytest.raises(LakeError, match="never mix"):
        homes.for_market(given, Market(days=1))


def test_a_market_needs_a_folder(home, monkeypatch, capsys):
    with pytest.raises(SettingsError, match="folder of this machine"):
        simulate.write(homes.with_landing(from_environment(), "s3://bucket/landing"), Market(days=1), None)
