"""What compiles ahead of a run does not outlive it, and compiles all that the run needs."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from jobs.running import rehearsal
from pumploss import compiled
from pumploss.settings import ROOT

#: Rehearses, then builds a simulated market, and prints the kernels that were compiled for more types of arguments.
COMPILED_LATER = """
import sys
from pathlib import Path
from jobs.running.context import open_context
from jobs.running.nightly import DATA_STEPS
from jobs.running.rehearsal import rehearse
from jobs.running.runner import run_steps
from pumploss.settings import from_environment
from pumploss.tables import gold_labels
from simulator import Market, write_dumps

def signatures():
    modules = [module for name, module in sys.modules.items() if name.startswith(("sources", "pnl", "features"))]
    kernels = [value for one in modules for value in vars(one).values() if hasattr(value, "py_func")]
    return {kernel.py_func: kernel.signatures for kernel in kernels}

home = Path(sys.argv[1])
(home / "rehearsed").mkdir()
rehearse(home / "rehearsed")
before = signatures()
settings, market = from_environment({"PUMPLOSS_HOME": str(home)}), Market(days=9, trades_per_day=400, seed=3)
days = [written.day for written in write_dumps(market, settings.landing)]
with open_context(settings) as context:
    run_steps(context, [step.name for step in DATA_STEPS], days)
    assert context.lake.rows_by_day(gold_labels.TABLE), "there are labels"
assert len(before) > 60, len(before)
print(*(kernel.__name__ for kernel, found in signatures().items() if found != before.get(kernel)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("is_needed", [True, False])
def test_it_ends_with_the_run(settings, monkeypatch, is_needed):
    monkeypatch.setattr(compiled, "is_to_be_compiled", lambda _: is_needed)
    beside, started = set(psutil.Process().children()), {}

    def run():
        with rehearsal.rehearsing(settings):
            for child in set(psutil.Process().children()) - beside:
                started[child] = Path(child.cmdline()[-1])
                assert started[child].is_dir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(started) == is_needed
    assert not any(child.is_running() or home.exists() for child, home in started.items())


def test_a_cluster_compiles_for_itself(settings, monkeypatch):
    monkeypatch.setattr(compiled, "is_to_be_compiled", lambda _: True)
    monkeypatch.setattr(subprocess, "Popen", None)
    with rehearsal.rehearsing(replace(settings, spark_remote="sc://127.0.0.1:1")):
        pass


@pytest.mark.slow
def test_after_a_rehearsal_the_steps_compile_nothing(tmp_path):
    words = [sys.executable, "-c", COMPILED_LATER, str(tmp_path)]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout.split()) == (0, []), found.stderr
