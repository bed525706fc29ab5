"""What a run says of a Spark Connect server that is not there, speaks otherwise, or goes away."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from pumploss.cluster_session import cluster_session
from pumploss.errors import SettingsError
from pumploss.settings import ROOT

HOST = "127.0.0.1"
SERVER = (
    "import sys; from pysail.spark import SparkConnectServer; "
    "SparkConnectServer('127.0.0.1', int(sys.argv[1])).start(background=False)"
)
#: Asks a server, kills it, asks again, and says what the command line would.
OUTLIVES = """
import os, signal, sys
from dataclasses import replace
from jobs.commands.advice import advice
from pumploss.cluster_session import cluster_session
from pumploss.settings import from_environment

remote, server = sys.argv[1], int(sys.argv[2])
spark = cluster_session(remote, {"spark.sql.session.timeZone": "UTC"}, repeats=1)
print(spark.range(3).count())
os.kill(server, signal.SIGKILL)
try:
    spark.range(4).count()
except Exception as error:
    print(advice(error, replace(from_environment({}), spark_remote=remote)))
"""


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


@contextmanager
def served(port):
    """A Spark Connect server of another process at this port."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as tried:
                if tried.connect_ex((HOST, port)) == 0:
                    break
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("more", ["", "/;use_ssl=true", "/;token=canary"])
def test_nobody_there_is_said_at_once_without_the_token(port, more):
    with pytest.raises(SettingsError, match=f"nobody answers at {HOST}:{port} within 0.5 seconds") as refused:
        cluster_session(f"sc://{HOST}:{port}{more}", {}, seconds=0.5)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("remote", ["sc://", "sc://host:1/path", "sc://host:1/;token"])
def test_what_is_no_address_is_refused(remote):
    with pytest.raises(SettingsError, match="SPARK_REMOTE cannot be used"):
        cluster_session(remote, {})


@pytest.mark.slow
def test_a_server_that_does_not_speak_tls_is_told_apart(port):
    with served(port), pytest.raises(SettingsError, match="asked with TLS"):
        cluster_session(f"sc://{HOST}:{port}/;use_ssl=true", {}, seconds=2)


@pytest.mark.slow
def test_a_server_that_goes_away_is_named_and_the_process_ends(port):
    with served(port) as server:
        done = subprocess.run(
            [sys.executable, "-c", OUTLIVES, f"sc://{HOST}:{port}", str(server.pid)],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    count, said = done.stdout.splitlines()
    assert (done.returncode, count) == (0, "3"), done.stderr
    assert said.startswith(f"the Spark Connect server at {HOST}:{port} went away"), said
    assert "SPARK_DAEMON_MEMORY" in said
    assert "Traceback" not in done.stderr, done.stderr
    assert "RETRIES" not in done.stderr
