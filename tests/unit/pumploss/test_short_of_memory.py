"""A process that runs short of memory says so and ends, before a kernel ends it without a word."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pumploss import embedded
from pumploss.settings import ROOT
from pumploss.short_of_memory import _of_cgroups, allowances, guarded, is_short

GIB, MIB = 1 << 30, 1 << 20

#: Grows under a limit, which the first argument names: addresses under that of `ulimit -v`, memory under a container's.
#: A PostgreSQL is up meanwhile where the second names its folder.
GROWING = """
import mmap, resource, sys, time
from contextlib import nullcontext
from pathlib import Path
from pumploss import embedded
from pumploss.short_of_memory import ADDRESSES, guarded
with embedded.postgres(Path(sys.argv[2])) if len(sys.argv) > 2 else nullcontext():
    if sys.argv[1] == "ulimit":
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    with guarded("gold_trader_features of 2026-01-05", "Lower something."):
        held = []
        while True:
            held.append(mmap.mmap(-1, 16 << 20) if sys.argv[1] == "ulimit" else b"x" * (8 << 20))
            time.sleep(0.01)
"""


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_limits_of_version_2_are_those_of_every_group_on_the_way_up(tmp_path):
    stat = f"anon {300 * MIB}\nfile {900 * MIB}\nshmem {50 * MIB}\n"
    write(tmp_path / "a", memory__max=f"{2 * GIB}\n", memory__current=f"{1500 * MIB}\n", memory__stat=stat)
    write(tmp_path / "a" / "b", memory__max="max\n", memory__current=f"{1 * GIB}\n", memory__stat=stat)
    (found,) = _of_cgroups(tmp_path, "0::/a/b\n")
    assert (found.limit, found.used()) == (2 * GIB, 650 * MIB)
    write(tmp_path / "a" / "b", memory__max=f"{GIB}\n")
    assert [one.limit for one in _of_cgroups(tmp_path, "0::/a/b\n")] == [GIB, 2 * GIB]
    assert [one.used() for one in _of_cgroups(tmp_path, "0::/a/b\n")] == [174 * MIB, 650 * MIB]


@pytest.mark.parametrize("path", ["/own", "/not/seen/from/inside"])
def test_limits_of_version_1_are_its_own_or_those_of_what_is_seen(tmp_path, path):
    stat = f"cache 9\nhierarchical_memory_limit {GIB}\ntotal_cache {700 * MIB}\ntotal_rss {200 * MIB}\ntotal_shmem 5\n"
    write(tmp_path / "memory" / path.strip("/") if path == "/own" else tmp_path / "memory", memory__stat=stat)
    (found,) = _of_cgroups(tmp_path, f"5:cpu:/x\n4:memory:{path}\n0::/\n")
    assert (found.limit, found.used()) == (GIB, 200 * MIB + 5)


def test_a_group_without_a_limit_has_none(tmp_path):
    write(tmp_path / "memory", memory__stat="hierarchical_memory_limit 9223372036854771712\ntotal_rss 1\n")
    assert list(_of_cgroups(tmp_path, "4:memory:/\n")) == []
    assert list(_of_cgroups(tmp_path, "0::/nowhere\n")) == []


def test_the_machine_has_room_for_this_test():
    assert {one.whose for one in allowances()} >= {"this machine has"}
    with guarded("a test", ""):
        assert all(not is_short(one.limit, one.used(), one.used()) for one in allowances())


@pytest.mark.parametrize(
    ("before", "used", "expected"),
    [(900, 900, False), (985, 985, True), (700, 780, False), (800, 900, True), (990, 700, False)],
)
def test_what_grows_faster_is_ended_earlier(before, used, expected):
    assert is_short(1000, before, used) is expected


def grown(*words, before=None):
    return subprocess.run(
        [sys.executable, "-c", GROWING, *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, preexec_fn=before,
    )  # fmt: skip


@pytest.mark.slow
def test_it_ends_with_a_word_and_stops_its_servers(tmp_path):
    ended = grown("ulimit", tmp_path / "warm")
    assert ended.returncode == 1, ended.stderr
    assert "gold_trader_features of 2026-01-05 ran short of memory: " in ended.stderr
    assert "ulimit -v allows" in ended.stderr
    assert ended.stderr.endswith("nothing is half-written. Lower something.\n")
    assert not embedded.postgres(tmp_path / "warm").status().is_running


def test_too_few_addresses_to_begin_with_are_refused():
    code = (
        "import resource; from pumploss.short_of_memory import ADDRESSES, guarded\n"
        "resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES - 1, ADDRESSES - 1))\n"
        "with guarded('a step', ''): raise AssertionError('begun')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (
        "SettingsError: `ulimit -v` allows 5.0 GiB of addresses, and a step reserves 5 before it holds" in ended.stderr
    )


@pytest.mark.slow
def test_a_server_that_somebody_else_uses_stays_up(tmp_path):
    with embedded.postgres(tmp_path / "warm") as server:
        assert grown("ulimit", tmp_path / "warm").returncode == 1
        assert server.status().user_pids == (os.getpid(),)


@pytest.mark.slow
def test_a_container_is_not_what_ends_it():
    root = Path("/sys/fs/cgroup")
    group = (root / "memory" if (root / "memory").is_dir() else root) / f"pumploss-test-{os.getpid()}"
    limit = "memory.limit_in_bytes" if (root / "memory").is_dir() else "memory.max"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"only root makes groups of processes here, and where they may be written: {error}")
    try:
        (group / limit).write_text(str(400 * MIB))
        ended = grown("group", before=lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
        assert ended.returncode == 1, (ended.returncode, ended.stderr)  # -9 where the kernel was first
        assert "its container may use 0.4 GiB" in ended.stderr
    finally:
        group.rmdir()
