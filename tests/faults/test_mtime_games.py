"""Corrected dumps that look older than what they replace, or have its size, name and times: each is noticed.

The corrected dump is made beside the landing and put in by the tools that people use, which keep the time of its last
change. Touched files of the same content are no correction.
"""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from random import Random

import pytest

from jobs.running.due_days import changed_dumps
from jobs.running.runner import run_step
from pumploss import clock
from tests.building import lakes
from tests.building.three_days import DAYS

pytestmark = pytest.mark.faults

YEAR = 365 * 86_400


def by_cp(source, target):
    subprocess.run(["cp", "-p", source, target], check=True)


def by_mv(source, target):
    subprocess.run(["mv", source, target], check=True)


def by_tar(source, target):
    archive = source.with_suffix(".tar")
    with tarfile.open(archive, "w") as packed:
        packed.add(source, target.name)
    subprocess.run(["tar", "xf", archive, "-C", target.parent], check=True)


def by_rsync(source, target):
    """What `rsync -a` does where it is not installed: beside, with the times of the source, then renamed."""
    beside = target.with_name(f".{target.name}.new")
    shutil.copy2(source, beside)
    beside.replace(target)


def in_place(source, target):
    """The same inode and the same times, but the disk's own: the most that a user without a debugger can hide."""
    kept = target.stat()
    with target.open("r+b") as file:
        file.write(source.read_bytes())
        file.truncate()
    os.utime(target, ns=(kept.st_atime_ns, kept.st_mtime_ns))


def by_link(source, target):
    target.unlink()
    os.link(source, target)


GAMES = (by_cp, by_mv, by_tar, by_rsync, in_place, by_link)


def files_of(context, day):
    return context.landing.files("canonical", day)


def other(path, rng, is_same_size):
    """Other content for a dump: as long as before, or longer."""
    content = bytearray(path.read_bytes())
    if is_same_size:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        return bytes(content)
    return bytes(content) + b"x"


@pytest.fixture
def settled(trial, monkeypatch):
    """A context on a copy whose files have come to rest and are known to the ledger by their stamps."""
    with lakes.opened(trial(0)) as context:
        later = clock.now()
        monkeypatch.setattr(clock, "now", lambda: later.replace(year=later.year + 1))
        assert changed_dumps(context, DAYS) == ()
        yield context


def test_a_correction_is_noticed_whatever_its_times(settled, rounds, tmp_path):
    for seed in rounds(18):
        rng = Random(seed)
        play, day = GAMES[seed % len(GAMES)], rng.choice(DAYS)
        target = Path(files_of(settled, day)[0].path)
        before = target.read_bytes(), target.stat()
        source = tmp_path / f"correction-{seed}"
        source.write_bytes(other(target, rng, rng.random() < 0.5))
        times = before[1].st_mtime_ns - rng.choice([0, 1, YEAR * 10**9, -YEAR * 10**9])
        os.utime(source, ns=(times, times))
        play(source, target)
        assert changed_dumps(settled, DAYS) == (day,), f"seed {seed}, {play.__name__}"
        target.unlink()
        target.write_bytes(before[0])
        assert changed_dumps(settled, DAYS) == (), f"seed {seed}, {play.__name__}"


def test_a_dump_that_was_only_touched_builds_nothing(settled, rounds):
    rows = settled.ledger.frame().height
    for seed in rounds(3):
        path = files_of(settled, DAYS[seed % len(DAYS)])[0].path
        os.utime(path, (seed, seed))
        assert changed_dumps(settled, DAYS) == ()
    assert settled.ledger.frame().height == rows + len(rounds(3))
    assert all(settled.ledger.built("bronze_trades") >= {day} for day in DAYS)


def test_what_a_pass_reads_it_knows_by_stamp(settled, monkeypatch):
    run_step(settled, "bronze_trades", [DAYS[1]])
    monkeypatch.setattr("sources.landing.folders.Landing.sha256", lambda *_: pytest.fail("the file was read again"))
    assert changed_dumps(settled, DAYS) == ()
