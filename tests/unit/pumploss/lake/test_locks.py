"""One writer of a table at a time."""

import threading

import pytest

from pumploss.errors import LockedError
from pumploss.lake.locks import table_lock


def test_one_writer_at_a_time(lake):
    busy = pytest.raises(LockedError, match=r"things of .* is being written by another run")
    with table_lock(lake.root, "things"), busy, table_lock(lake.root, "things", wait_seconds=0):
        pass
    with table_lock(lake.root, "things"), table_lock(lake.root, "others", wait_seconds=0):
        pass
    with table_lock(lake.root, "things", wait_seconds=0):
        pass


def test_the_second_writer_waits_for_the_first(lake):
    entered, done, order = threading.Event(), threading.Event(), []

    def hold():
        with table_lock(lake.root, "things"):
            entered.set()
            done.wait(10)
            order.append("first")

    first = threading.Thread(target=hold)
    first.start()
    assert entered.wait(10)
    done.set()
    with table_lock(lake.root, "things", wait_seconds=10):
        order.append("second")
    first.join()
    assert order == ["first", "second"]
