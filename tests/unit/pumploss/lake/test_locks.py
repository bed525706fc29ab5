"""One writer of a table at a time, and one run in a lake."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pumploss.errors import BusyLakeError, LockedError
from pumploss.lake.holders import Holder, distinct
from pumploss.lake.locks import lake_hold, lake_holders, table_lock
from pumploss.settings import ROOT


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


HOLDER = """
import sys
from pumploss.lake.locks import lake_hold
sys.argv = ["/bin/pumploss", "nightly", "--days", "3"]
with lake_hold(sys.stdin.readline().strip(), "night of somebody", 0):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def somebody(lake):
    """A process that holds the lake for a run of its own until it is told to go on."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    child.stdin.write(f"{lake.root}\n")
    child.stdin.flush()
    assert child.stdout.readline() == "held\n"
    yield child
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()


def test_who_is_refused_is_told_who_holds_the_lake_and_since_when(lake, somebody):
    said = []
    with pytest.raises(BusyLakeError) as caught, lake_hold(lake.root, "another", 0.2, said.append):
        pass
    named = rf"`pumploss nightly --days 3` (process {somebody.pid} on {os.uname().nodename}, since 20"
    assert named in str(caught.value)
    assert "; waited 0 s for it. Nothing was done" in str(caught.value)
    (line,) = said
    assert line.startswith("Waiting up to 0 s for ")
    assert named in line


def test_who_waits_goes_on_when_the_holder_ends(lake, somebody):
    def let_go(_):
        somebody.stdin.write("go on\n")
        somebody.stdin.flush()

    with lake_hold(lake.root, "another", 60, let_go):
        assert [holder.run for holder in lake_holders(lake.root)] == ["another"]
    assert somebody.wait() == 0


def test_a_killed_holder_holds_nothing_and_leaves_nothing(lake, somebody):
    somebody.send_signal(signal.SIGKILL)
    somebody.wait()
    assert lake_holders(lake.root) == []
    with lake_hold(lake.root, "another", 0):
        assert len(lake.storage.ls(f"{lake.root}/_locks/lake.users")) == 1
    assert lake.storage.ls(f"{lake.root}/_locks/lake.users") == []


def test_whoever_may_read_the_lake_is_told_who_holds_it(lake, somebody):
    (presence,) = lake.storage.ls(f"{lake.root}/_locks/lake.users")
    assert stat.S_IMODE(Path(presence).stat().st_mode) == 0o644
    assert [holder.pid for holder in lake_holders(lake.root)] == [somebody.pid]


def test_processes_of_one_run_hold_the_lake_together(lake, somebody):
    with lake_hold(lake.root, "night of somebody", 0):
        assert [holder.run for holder in lake_holders(lake.root)] == ["night of somebody"] * 2
    assert [holder.pid for holder in lake_holders(lake.root)] == [somebody.pid]


def test_a_process_that_holds_the_lake_twice_is_named_once(lake):
    with lake_hold(lake.root, "one", 0.0), lake_hold(lake.root, "one", 0.0):
        (holder,) = lake_holders(lake.root)
        assert holder.pid == os.getpid()
        with pytest.raises(BusyLakeError) as refused, lake_hold(lake.root, "other", 0.0):
            pass
    assert str(refused.value).count(f"process {os.getpid()} ") == 1


def test_holders_are_distinct_by_process_and_as_they_entered_first():
    first, again, other = (
        Holder("one", pid, "here", "nightly", f"2026-01-01 00:00:0{second} UTC")
        for pid, second in ((7, 1), (7, 2), (8, 3))
    )
    assert distinct([again, other, first]) == [first, other]
