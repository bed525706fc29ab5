"""Another process of the machine that tries every port of an engine as it opens, as fast as one process can."""

import subprocess
import sys
from collections import Counter

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for ports in /proc")

#: Connects to each loopback port on which the process that it is told of begins to listen (engines of other tests are
#: left alone), and says which answered what it sent: an HTTP/2 server acknowledges settings (frame type 4, flag 1) as
#: soon as it has read them.
INTRUDER = r"""
import os, selectors, socket, sys
HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
def listening():
    lines = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    return {(int(w[1][9:], 16), w[9]) for w in lines if w[1].startswith("0100007F") and w[3] == "0A"}
def sockets(process):
    folder = f"/proc/{process}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return set()
    links = set()
    for name in names:
        try:
            links.add(os.readlink(f"{folder}/{name}"))
        except OSError:
            continue
    return links
tried, said, attacked = listening(), {}, ""
waiting = selectors.DefaultSelector()
waiting.register(sys.stdin.fileno(), selectors.EVENT_READ)
print("ready", flush=True)
while os.getppid() != 1:
    fresh = listening() - tried
    tried |= fresh
    owned = sockets(attacked) if fresh else set()
    for port, _ in (one for one in fresh if f"socket:[{one[1]}]" in owned):
        try:
            connection = socket.create_connection((b"127.0.0.1", port), timeout=5)
            connection.sendall(HELLO)
        except OSError:
            continue
        print("connected", port, flush=True)
        connection.setblocking(False)
        waiting.register(connection, selectors.EVENT_READ, port)
    for key, _ in waiting.select(0):
        if key.data is None:
            attacked = os.read(key.fd, 100).decode().split()[-1]
            continue
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
    outcomes, ports, left = Counter(), set(), len(rounds(3))
    words = [sys.executable, "-I", "-c", INTRUDER]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as intruder:
        assert intruder.stdout.readline() == "ready\n"
        while left:
            with subprocess.Popen(
                [*privileges, sys.executable, "-c", STARTS, str(left)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as child:
                intruder.stdin.write(f"{child.pid}\n")
                stdout, stderr = child.communicate(timeout=600)
            worked = {int(line.split()[1]) for line in stdout.splitlines()}
            ports |= worked
            outcomes["worked"] += len(worked)
            if child.returncode:
                assert "Another process connected to the embedded engine" in stderr
                outcomes["refused"] += 1
            left -= len(worked) + bool(child.returncode)
        intruder.terminate()
        said = [line.split() for line in intruder.stdout]
    outcomes["connected"] = sum(word == "connected" for word, _ in said)
    print(dict(outcomes))
    assert outcomes["connected"], "the intruder found no engine"
    assert ports.isdisjoint(int(port) for word, port in said if word == "heard")
