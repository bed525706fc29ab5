"""A program ends with its code once all that was asked for is done, and takes nothing apart."""

import os
import subprocess
import sys

import pytest

from pumploss.settings import ROOT

BEGIN = """
import atexit, logging, sys, threading, time
from pumploss.program import begin, end
begin()
class Apart:
    def __del__(self): print("taken apart", flush=True)
held = Apart(); held.itself = held
"""
#: What is to be done at the end: by a thread, by `atexit`, and what is not written yet.
ASKED_FOR = """
threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
atexit.register(lambda: print("atexit"))
sys.stdout.write("not written yet\\n")
"""


#: What is written waits to be written out.
BUFFERED = {**os.environ, "PYTHONUNBUFFERED": ""}


def ran(code):
    words = [sys.executable, "-c", BEGIN + code]
    found = subprocess.run(words, cwd=ROOT, env=BUFFERED, capture_output=True, text=True, check=False)
    return found.returncode, found.stdout.splitlines(), found.stderr


@pytest.mark.parametrize("code", [0, 3])
def test_everything_asked_for_is_done_and_nothing_taken_apart(code):
    assert ran(f"{ASKED_FOR}\nend({code})") == (code, ["not written yet", "thread", "atexit"], "")


def test_what_ends_in_another_way_ends_as_ever():
    assert ran("sys.exit(4)") == (4, ["taken apart"], "")
    code, said, errors = ran("raise ValueError('odd')")
    assert (code, said) == (1, ["taken apart"])
    assert errors.endswith("ValueError: odd\n")


def test_where_nobody_reads_any_more_it_ends_as_well():
    code = "sys.stdin.read(); sys.stdout.write('x'); end(5)"
    words = [sys.executable, "-c", BEGIN + code]
    with subprocess.Popen(words, cwd=ROOT, env=BUFFERED, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.close()
        process.stdin.close()
        assert process.wait() == 5


@pytest.mark.parametrize("program", ["jobs.commands", "pumploss.program"])
def test_before_it_begins_nothing_is_asked_for_but_logging(program):
    """What is asked for earlier comes after the process has left; logs are shut by it."""
    code = f"import {program}, atexit; print(atexit._ncallbacks(), 'logging' in sys.modules)"
    words = [sys.executable, "-c", f"import sys; {code}"]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["1", "True"]


@pytest.mark.parametrize(
    ("ending", "code", "errors"), [("", 0, ""), ("sys.exit(7)", 7, ""), ("sys.exit('why')", 1, "why\n")]
)
def test_the_command_line_of_a_library_ends_so_too(tmp_path, ending, code, errors):
    """With its words and its code."""
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "__main__.py").write_text(f"{BEGIN}\nprint(*sys.argv[1:])\n{ending}\n")
    words = [sys.executable, "-m", "pumploss.program", "others", "one", "--two"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    found = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (code, "one --two\n", errors)
