import os
import socket
import subprocess
import sys
import threading

import pytest

from pumploss.embedded import engine_server
from pumploss.embedded.private_port import PrivatePort
from pumploss.errors import SettingsError
from pumploss.settings import ROOT

NOBODY = 65534

users = [
    pytest.param(NOBODY, marks=pytest.mark.skipif(os.getuid() != 0, reason="only root can become another"), id="other"),
    pytest.param(None, id="same"),
]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the filter is Linux'")

#: Becomes the other user where told, connects, sends, says so, and tells what came of it.
STRANGER = """
import encodings.idna, os, socket, sys
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20) as connection:
    connection.sendall(b"do as I say")
    print("sent", flush=True)
    try:
        print("ended" if connection.recv(1) == b"" else "answered", flush=True)
    except ConnectionResetError:
        print("ended", flush=True)
"""


def stranger(port, uid=None):
    """Starts another process, of another user if told."""
    # It changes its user by itself, since others may not be able to read this interpreter.
    words = [sys.executable, "-I", "-c", STRANGER, str(port), *([] if uid is None else [str(uid)])]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def received(connection):
    """What arrives next; nothing where the connection is over."""
    connection.settimeout(20)
    try:
        return connection.recv(100)
    except ConnectionResetError:
        return b""


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.mark.parametrize("uid", users)
def test_no_other_process_reaches_the_engine(spark, uid):
    [server] = engine_server._servers
    child = stranger(server.listening_address[1], uid)
    output, errors = child.communicate(timeout=60)
    assert "ConnectionRefusedError" in errors
    assert output == ""
    assert spark.range(3).count() == 3


@linux_only
@pytest.mark.parametrize("uid", users)
def test_who_connects_before_the_port_is_closed_is_not_heard(listener, uid):
    address = listener.getsockname()
    port = PrivatePort(address)
    if not port.hold():
        pytest.skip("this kernel lets only root attach a filter")
    child = stranger(address[1], uid)
    assert child.stdout.readline() == "sent\n"
    with listener.accept()[0] as theirs, socket.create_connection(address) as client, listener.accept()[0] as ours:
        client.sendall(b"mine")
        port.close()
        # Sent again by the kernel, now that it is let through; by then the stranger's would have come as well.
        assert received(ours) == b"mine"
        assert received(theirs) == b""
        assert child.communicate(timeout=60)[0] == "ended\n"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        client.sendall(b"more")
        assert received(ours) == b"more"


@linux_only
def test_who_was_connected_before_the_filter_is_named(listener):
    with socket.create_server(("127.0.0.1", 0)) as other:
        if not PrivatePort(other.getsockname()).hold():
            pytest.skip("this kernel lets only root attach a filter")
    address = listener.getsockname()
    with socket.create_connection(address), pytest.raises(SettingsError, match=f"port {address[1]} while it started"):
        PrivatePort(address).hold()


@linux_only
def test_who_is_connected_to_a_port_that_cannot_be_held_is_named(listener):
    address = listener.getsockname()
    port = PrivatePort(address)
    with stranger(address[1]) as child:
        assert child.stdout.readline() == "sent\n"
        with listener.accept()[0]:
            accepting = threading.Thread(target=lambda: accepted.append(listener.accept()[0]))
            accepted = []
            accepting.start()
            with port.connect(), pytest.raises(SettingsError, match="while it started"):
                port.close()
            accepting.join()
            accepted[0].close()


#: Starts the engine as its users do, says its port, and works when told to.
ENGINE = """
import sys
from pumploss.embedded import engine_server
spark = engine_server.embedded_session()
print(engine_server._servers[0].listening_address[1], flush=True)
sys.stdin.readline()
print(spark.range(300_000).toArrow().num_rows, flush=True)
"""


def test_without_privileges_the_engine_is_as_closed_and_works():
    words = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.getuid() == 0 else []
    with subprocess.Popen(
        [*words, sys.executable, "-c", ENGINE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        port = int(child.stdout.readline())
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        assert child.communicate("go\n", timeout=120)[0] == "300000\n"
    assert child.returncode == 0


def test_a_port_to_which_this_process_has_no_connection_is_refused(listener):
    with pytest.raises(SettingsError, match="did not take this process's connection"):
        PrivatePort(listener.getsockname()).close()
