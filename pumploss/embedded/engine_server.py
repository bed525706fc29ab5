"""Starts Sail inside this process, where nobody but this process can reach it."""

import os
import signal
import sys
import threading
from functools import cache

import grpc  # type: ignore[import-untyped]
from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession

from pumploss.embedded.carrier import Carrier
from pumploss.embedded.private_port import PrivatePort
from pumploss.errors import SettingsError

#: Keeps the server alive: it stops when the last reference to it goes.
_servers: list[object] = []

_CONNECT_SECONDS = 60.0
_NEVER = 2**31 - 1
#: The one algorithm that is let in: none.
_AS_IT_IS = 1


class _OneChannel(DefaultChannelBuilder):
    """Hands out the one channel that there can be: the port is closed behind its connection."""

    def __init__(self, target: str) -> None:
        # By itself a channel hangs up when it was not used for half an hour, and names a path that Sail does not take.
        options = [
            ("grpc.client_idle_timeout_ms", _NEVER),
            ("grpc.enable_http_proxy", 0),
            ("grpc.default_authority", "localhost"),
            # Answers are taken as they are. Packed for a network that there is not, they cost most of what large ones
            # take; and, under load and very seldom, the client hands one on packed, which nobody can read.
            ("grpc.compression_enabled_algorithms_bitset", _AS_IT_IS),
        ]
        super().__init__("sc://localhost", options)
        self._channel = self._insecure_channel(target)
        grpc.channel_ready_future(self._channel).result(_CONNECT_SECONDS)

    def toChannel(self) -> grpc.Channel:  # noqa: N802 - Spark's name
        return self._channel


@cache
def embedded_session() -> SparkSession:
    """Answers the session of the embedded engine, which the first call starts.

    The process ends if somebody else reached the engine while it started.
    """
    server, channel = start()
    _servers.append(server)
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"  # as Spark's own builder does, which takes no channel
    spark = SparkSession.builder.channelBuilder(channel).getOrCreate()
    # A server that is gone cannot be reached anew: there is nothing to try again, and by itself it tries ten minutes.
    spark.client.set_retry_policies([])
    spark.conf.get("spark.sql.session.timeZone")  # answered, so the server has taken signals by now
    if threading.current_thread() is threading.main_thread():
        # It takes SIGINT for itself, to end: back to Python with it.
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT))
    return spark


def start() -> tuple[object, DefaultChannelBuilder]:
    """Starts a server, and answers it with the one channel to it; the process ends if somebody else reached it."""
    os.environ.setdefault("RUST_LOG", "error")  # the server logs each request to standard error otherwise
    # By itself it forgets a session that has been idle for 15 minutes: a model trains, a run waits for another.
    os.environ.setdefault("SAIL_SPARK__SESSION_TIMEOUT_SECS", str(_NEVER))
    # By itself it packs files three times as hard: nearly twice the time to write for a hundredth of the size.
    os.environ.setdefault("SAIL_PARQUET__COMPRESSION", "zstd(1)")
    # Imported late: the variables must be set before the library loads.
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    address = server.listening_address
    if address is None:
        raise SettingsError("The embedded engine did not start listening on 127.0.0.1.")
    port = PrivatePort(address)
    try:
        if port.hold():
            channel = _OneChannel(f"{address[0]}:{address[1]}")
            port.close()
            return server, channel
        connection = port.connect()
        port.close()
    except SettingsError as error:
        # What somebody else asked the engine to do could be running already: nothing less ends it.
        sys.stderr.write(f"pumploss: {error}\n")
        sys.stderr.flush()
        os._exit(1)
    return server, _OneChannel(Carrier(connection).target)
