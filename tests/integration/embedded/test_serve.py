"""`pumploss serve`, as people start it."""

import os
import re
import signal
import subprocess
import sys
from urllib.request import urlopen

import psycopg
import pytest
import redis

from jobs import commands
from pumploss import embedded
from pumploss.settings import ROOT, as_environment
from pumploss.warm import READER
from tests.building import lakes


@pytest.fixture
def settings(folder):
    return lakes.settings_of(folder)


def test_it_says_how_to_reach_both_servers_and_stops_them_when_it_ends(settings):
    pages = settings.home / "report"
    pages.mkdir(parents=True)
    (pages / "index.html").write_text("nights")
    serving = subprocess.Popen(
        [sys.executable, "-m", "jobs", "serve", "--report-port", "0"],
        cwd=ROOT,
        env={**os.environ, **as_environment(settings), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with serving:
        said = ""
        for line in serving.stdout:
            said += line
            if "stay up until Ctrl-C" in line:
                break
        dsn, socket = re.search(r"connect\('(.*)'\)", said), re.search(r"unix_socket_path='(.*)'\)", said)
        with psycopg.connect(dsn[1]) as warm, redis.Redis(unix_socket_path=socket[1]) as hot:
            assert warm.execute("SELECT count(*), current_user FROM leaderboards").fetchone() == (0, READER)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                warm.execute("DELETE FROM leaderboards")
            assert hot.ping()
        report = re.search(r"http://127\.0\.0\.1:\d+/", said)[0]
        with urlopen(report) as answer:
            assert answer.read() == b"nights"
        serving.send_signal(signal.SIGTERM)
        assert serving.stdout.read() == "Stopping.\n"
    assert serving.returncode == 0
    assert not embedded.postgres(settings.warm_dir).status().is_running
    assert not embedded.redis(settings.hot_dir).status().is_running


def test_servers_of_your_own_are_not_served(settings, monkeypatch, capsys):
    monkeypatch.setenv("PUMPLOSS_HOME", str(settings.home))
    monkeypatch.setenv("PUMPLOSS_WARM_DSN", "host=db dbname=x")
    monkeypatch.setenv("PUMPLOSS_HOT_URL", "redis://cache")
    assert commands.main(["serve"]) == 1
    assert "nothing to serve" in capsys.readouterr().err
    report = settings.home / "report" / "index.html"
    report.parent.mkdir(parents=True)
    report.write_text("nights")
    assert commands.main(["serve", "--no-report"]) == 1
    assert "nothing to serve" in capsys.readouterr().err
