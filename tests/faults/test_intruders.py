"""Another user of the machine who tries every port that opens, as fast as one process can."""

import os
import subprocess
import sys
from collections import Counter

import pytest

NOBODY = 65534

pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks for ports in /proc"),
]

#: Connects to each loopback port that begins to listen, and says which of them answered what it sent: an HTTP/2 server
#: acknowledges settings (frame type 4, flag 1) as soon as it has read them.
INTRUDER = r"""
import os, selectors, signal, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
def listening():
    lines = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    return {int(words[1][9:], 16) for words in lines if words[1].startswith("0100007F") and words[3] == "0A"}
tried, said = listening(), {}
waiting = selectors.DefaultSelector()
print("ready", flush=True)
while os.getppid() != 1:
    for port in listening() - tried:
        tried.add(port)
        try:
            connection = socket.create_connection((b"127.0.0.1", port), timeout=5)
            connection.sendall(HELLO)
        except OSError:
            continue
        print("connected", port, flush=True)
        connection.setblocking(False)
        waiting.register(connection, selectors.EVENT_READ, port)
    for key, _ in waiting.select(0):
        try:
            got = key.fileobj.recv(10_000)
        except OSError:
            got = b""
        said[key.data] = said.get(key.data, b"") + got
        if not got:
            waiting.unregister(key.fileobj)
            key.fileobj.close()
        if bytes([0, 0, 0, 4, 1, 0, 0, 0, 0]) in said[key.data]:
            print("heard", key.data, flush=True)
"""

#: Starts engines one after the other; each works, and is stopped.
STARTS = """
import sys
from pyspark.sql.connect.session import SparkSession
from pumploss.embedded.engine_server import start
for _ in range(int(sys.argv[1])):
    server, channel = start()
    port = server.listening_address[1]
    spark = SparkSession.builder.channelBuilder(channel).create()
    assert spark.range(3).count() == 3
    print("worked", port, flush=True)
    spark.stop()
    server.stop()
"""


@pytest.mark.parametrize("privileges", [[], ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]], ids=["all", "none"])
def test_nobody_else_is_heard_while_an_engine_starts(rounds, privileges):
    """A start ends with an engine that heard nobody else, or with the process and a word."""
    words = [sys.executable, "-I", "-c", INTRUDER, str(NOBODY)]
    outcomes, ports, left = Counter(), set(), len(rounds(3))
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as intruder:
        assert intruder.stdout.readline() == "ready\n"
        while left:
            child = subprocess.run(
                [*privileges, sys.executable, "-c", STARTS, str(left)],
                capture_output=True,
                text=True,
                check=False,
                timeout=600,
            )
            worked = {int(line.split()[1]) for line in child.stdout.splitlines()}
            ports |= worked
            outcomes["worked"] += len(worked)
            if child.returncode:
                assert "Another process connected to the embedded engine" in child.stderr
                outcomes["refused"] += 1
            left -= len(worked) + bool(child.returncode)
        intruder.terminate()
        said = [line.split() for line in intruder.stdout]
    outcomes["connected"] = sum(word == "connected" for word, _ in said)
    print(dict(outcomes))
    assert ports.isdisjoint(int(port) for word, port in said if word == "heard")
