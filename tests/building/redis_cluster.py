"""A Redis Cluster of three servers on 127.0.0.1, from the binary that the embedded Redis is."""

import signal
import socket
import subprocess
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from pumploss.embedded.redis_server import _program
from pumploss.hot_client import TAG

SLOTS = 16_384
SERVERS = 3
#: Servers of a cluster talk to each other on a second port, so much above.
BUS = 10_000


@dataclass
class Cluster:
    """Its address, and its servers by port."""

    url: str
    processes: dict[int, subprocess.Popen]
    password: str

    def client(self, port):
        """A client of one of its servers."""
        return closing(redis.Redis(port=port, password=self.password, decode_responses=True))

    def end(self, port):
        """End a server, as a kill does."""
        self.processes[port].kill()
        self.processes[port].wait()


@contextmanager
def cluster_of_three(folder: Path, password="hunter-2"):
    """The cluster while it runs, each server with a third of the slots."""
    with ExitStack() as stack:
        ports = _free_ports()
        made = {port: _started(stack, folder / str(port), port, password) for port in ports}
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        cluster = Cluster(f"redis+cluster://:{password}@{hosts}", made, password)
        _joined(cluster, ports)
        yield cluster


@contextmanager
def single(folder: Path):
    """The address, as if of a cluster, of a Redis that is none."""
    with ExitStack() as stack:
        (port,) = _free_ports(1)
        _started(stack, folder, port, "hunter-2", cluster="no")
        with closing(redis.Redis(port=port, password="hunter-2")) as client:
            until(client.ping)
        yield f"redis+cluster://:hunter-2@127.0.0.1:{port}"


@contextmanager
def replica(cluster, folder: Path):
    """The port of the server that holds our keys, which has a replica meanwhile that may take its place."""
    with ExitStack() as stack:
        (port,) = _free_ports(1)
        _started(stack, folder, port, cluster.password)
        primary, name = _holder(cluster)
        with cluster.client(port) as client:
            until(client.ping)
            client.execute_command("CLUSTER MEET", "127.0.0.1", primary)
            until(lambda: name in str(client.execute_command("CLUSTER NODES")))
            until(lambda: client.execute_command("CLUSTER REPLICATE", name))
            until(lambda: client.info("replication").get("master_link_status") == "up")
        for member in cluster.processes:
            # It met the primary alone; the others vote for no server that they have not heard of from it.
            with cluster.client(member) as client:
                until(lambda client=client: _is_replica(client.execute_command("CLUSTER NODES"), port))
        yield primary


def _is_replica(nodes, port):
    node = nodes.get(f"127.0.0.1:{port}")
    return node is not None and node["connected"] and node["flags"] == "slave"


def _holder(cluster):
    """The port and the name of the server whose slots have our tag."""
    for port in cluster.processes:
        with cluster.client(port) as client:
            try:
                client.get(TAG)
            except redis.exceptions.MovedError:
                continue
            return port, client.execute_command("CLUSTER MYID")
    raise AssertionError("nobody has our keys")


def _free_ports(count=SERVERS):
    """Ports that are free, and so are those above them."""
    ports = []
    while len(ports) < count:
        with socket.socket() as one, socket.socket() as above:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1] - BUS
            try:
                above.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
    return ports


def _started(stack, folder, port, password, cluster="yes"):
    folder.mkdir(parents=True)
    given = {
        "port": port, "bind": "127.0.0.1", "dir": folder, "cluster-enabled": cluster, "cluster-node-timeout": "2000",
        "appendonly": "yes", "requirepass": password, "masterauth": password, "save": "",
        # On a busy machine a replica hears of the death late, and would then find its own data too old to take over.
        "cluster-replica-validity-factor": "0",
    }  # fmt: skip
    options = [text for name, value in given.items() for text in (f"--{name}", str(value))]
    log = stack.enter_context((folder / "log").open("wb"))
    process = subprocess.Popen([_program(), *options], stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGKILL)
    return process


def _joined(cluster, ports):
    bounds = [SLOTS * number // SERVERS for number in range(SERVERS + 1)]
    for number, port in enumerate(ports):
        with cluster.client(port) as client:
            until(client.ping)
            client.execute_command("CLUSTER ADDSLOTS", *range(bounds[number], bounds[number + 1]))
            client.execute_command("CLUSTER MEET", "127.0.0.1", ports[0])
    for port in ports:
        with cluster.client(port) as client:
            until(lambda client=client: _is_whole(client.execute_command("CLUSTER INFO")))


def _is_whole(said):
    told = said if isinstance(said, dict) else dict(line.split(":") for line in said.split())
    return (told["cluster_state"], told["cluster_known_nodes"]) == ("ok", str(SERVERS))


def until(holds):
    """Waits until it holds; a server that does not answer yet is asked again."""
    for _ in range(1_200):
        try:
            if holds():
                return
        except redis.RedisError:
            pass
        time.sleep(0.05)
    raise AssertionError("the cluster is not what it should be")
