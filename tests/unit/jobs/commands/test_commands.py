"""How commands end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobs import commands

ROOT = Path(__file__).resolve().parents[4]
HEAVY = {"airflow", "deltalake", "mlflow", "numpy", "polars", "psycopg", "pyarrow", "pyspark", "rich"}


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
