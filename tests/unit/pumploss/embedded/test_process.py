"""Processes of servers."""

import os
import signal
import sys
import time
from pathlib import Path

from pumploss.embedded import process


def test_a_reused_process_id_is_not_the_server(tmp_path: Path) -> None:
    server = process.ServerProcess(tmp_path)
    assert server.pid() is None
    for text in ("", "not a number", str(os.getpid())):
        (tmp_path / "server.pid").write_text(text)
        assert server.pid() is None


def test_a_program_that_ends_at_once_leaves_its_words_in_the_log(tmp_path: Path) -> None:
    server = process.ServerProcess(tmp_path)
    assert server.log_tail() == "(empty)"
    server.launch([sys.executable, "-c", "raise SystemExit('no such disk')"], tmp_path)
    server.end([])
    assert not server.is_alive()
    (tmp_path / "server.log").write_text("\n".join(str(line) for line in range(100)))
    assert server.log_tail().splitlines() == [str(line) for line in range(85, 100)]


#: A server that does not listen for its first moments, as PostgreSQL does not, then ends in order.
DEAF = """
import signal, sys, time
def end(number, frame):
    print("ended in order", flush=True)
    raise SystemExit
print("deaf", flush=True)
time.sleep(0.8)
signal.signal(signal.SIGINT, end)
time.sleep(60)
"""


def test_a_server_that_does_not_listen_yet_is_told_again(tmp_path: Path) -> None:
    server = process.ServerProcess(tmp_path)
    server.launch([sys.executable, "-c", DEAF, str(tmp_path)], tmp_path)
    while "deaf" not in server.log_tail():
        time.sleep(0.01)
    server.end([(signal.SIGINT, 30.0)])
    assert server.log_tail().splitlines() == ["deaf", "ended in order"]
