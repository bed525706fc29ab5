"""What is compiled ahead of windows is all that they need."""

import subprocess
import sys

import pytest

from pumploss.settings import ROOT

#: Rehearses, then draws windows of a crowd, and prints the kernels that were compiled for more types of arguments.
COMPILED_LATER = """
import sys
import pyarrow as pa
from benchmarks.crowd import Crowd
from benchmarks.crowd_facts import tables
from features.rolling.mint_histories import READ, MintHistories
from features.rolling.walk import windows
from features.rolling.rehearsal import rehearse
from pumploss.days import shift

def signatures():
    modules = [module for name, module in sys.modules.items() if name.startswith("features.rolling.")]
    kernels = [value for one in modules for value in vars(one).values() if hasattr(value, "py_func")]
    return {kernel.py_func: kernel.signatures for kernel in kernels}

rehearse()
before = signatures()
crowd = Crowd(traders=60, trades_per_day=300)
days = [crowd.day(number) for number in range(35)]
rows = {}
for day in days:
    for table, own in tables(day):
        dated = own.append_column(table.day, pa.repeat(pa.scalar(day.date), len(own)))
        rows.setdefault(table.name, []).append(dated)
rows = {name: pa.concat_tables(own) for name, own in rows.items()}
histories = MintHistories.of(rows["gold_token_day"].select(READ))
drawn = windows(lambda table, names: rows[table.name].select(list(names)), histories, [shift(days[-1].date, 1)])
assert drawn.num_rows > 10 and len(before) > 20
print(*(kernel.__name__ for kernel, found in signatures().items() if found != before[kernel]))
"""


@pytest.mark.slow
def test_after_a_rehearsal_windows_compile_nothing():
    words = [sys.executable, "-c", COMPILED_LATER]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.split()) == (0, []), found.stderr
