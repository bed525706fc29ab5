"""How answers of the embedded engine come to its client."""

import os
import socket
import struct
import sys
from pathlib import Path

import pytest
from pyspark.sql import functions as F

#: Where the kernel's `tcp_info` has the bytes that a connection received.
RECEIVED = 128
ROWS = 500_000


def received():
    """The bytes that each TCP connection of this process received so far."""
    found = {}
    for path in Path("/proc/self/fd").iterdir():
        try:
            with socket.socket(fileno=os.dup(int(path.name))) as end:
                if end.family in (socket.AF_INET, socket.AF_INET6) and end.type == socket.SOCK_STREAM:
                    told = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, RECEIVED + 8)
                    found[end.getpeername(), end.getsockname()] = struct.unpack_from("Q", told, RECEIVED)[0]
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much a connection received")
def test_answers_are_not_packed(spark):
    """Zeros would be packed to a thousandth."""
    before = received()
    assert spark.range(ROWS).select((F.col("id") * 0).alias("nothing")).toArrow().num_rows == ROWS
    came = {end: count - before.get(end, 0) for end, count in received().items()}
    assert max(came.values()) > 8 * ROWS
