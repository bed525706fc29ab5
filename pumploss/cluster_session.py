"""Connects to a Spark Connect server that others run, and waits for it no longer than a night can bear.

By itself Spark's client asks a server that is not there for ten minutes, without a word, and once more as it ends.
"""

import atexit
import os
import warnings

import grpc  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession

from pumploss.errors import SettingsError

#: So long a server may take to answer at first.
ANSWERS_WITHIN_SECONDS = 20.0
#: So often a request is asked again of a server that was there: with the waits between, for about a minute.
REPEATS = 6
#: Asks whether a silent machine is still there, no more often than a server takes without complaint, and how long it
#: has to answer.
_KEPT_ALIVE = [("grpc.keepalive_time_ms", 310_000), ("grpc.keepalive_timeout_ms", 60_000)]


class _Answering(DefaultChannelBuilder):
    """Hands out a channel at whose other end somebody has answered."""

    def __init__(self, remote: str, seconds: float) -> None:
        super().__init__(remote, list(_KEPT_ALIVE))
        self._channel = super().toChannel()
        try:
            grpc.channel_ready_future(self._channel).result(seconds)
        except grpc.FutureTimeoutError:
            self._channel.close()
            spoken = "with" if self.use_ssl else "without"
            raise SettingsError(
                f"SPARK_REMOTE: nobody answers at {self.endpoint} within {seconds:g} seconds, asked {spoken} TLS. See "
                "whether a Spark Connect server runs there, and speaks TLS just where the address says use_ssl=true; "
                "then run the command again."
            ) from None

    def toChannel(self) -> grpc.Channel:  # noqa: N802 - Spark's name
        return self._channel


def cluster_session(
    remote: str, session_settings: dict[str, str], seconds: float = ANSWERS_WITHIN_SECONDS, repeats: int = REPEATS
) -> SparkSession:
    """Open a session at an address `sc://...` and set it up.

    Raises SettingsError for an address that Spark Connect does not read, and where nobody answers within so many
    seconds, or not as it should. A request of the session is repeated so often while nobody answers.
    """
    # As Spark's own builder says, which takes no channel.
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
    # What follows says it in our words.
    warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")
    try:
        spark = SparkSession.builder.channelBuilder(_Answering(remote, seconds)).getOrCreate()
        spark.client.set_retry_policies([DefaultPolicy(max_retries=repeats)])
        # At the end it is said farewell once, whether or not anybody is there.
        atexit.register(spark.client.set_retry_policies, [])
        for name, value in session_settings.items():
            spark.conf.set(name, value)
    except (PySparkException, ValueError) as error:
        raise SettingsError(
            f"SPARK_REMOTE cannot be used: {error}. Give sc://host:15002, or sc://host:15002/;token=...;use_ssl=true "
            "with every sign of a value that is no letter or digit percent-encoded."
        ) from error
    return spark
