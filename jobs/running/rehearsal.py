"""Has kernels compiled ahead of the run that needs them: a process beside it runs the same steps over a few trades.

After a clone, a pull or an upgrade that takes a minute of one processor. Simulating and the steps themselves leave
nearly half of two unused, and would come to one kernel after the other.
"""

import csv
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from jobs.running.context import open_context
from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_steps
from pumploss import compiled, program
from pumploss.days import span
from pumploss.settings import ROOT, Settings, from_environment
from sources import source

#: Of the modules with kernels, that of which the steps need one last.
LAST = "features.rolling.entry_loops"

#: Outcomes of a day are known a week after it.
_DAYS = span(date(2026, 1, 1), date(2026, 1, 9))
_FIRST, _SECOND, *_MINTS = ("1" * 31 + letter for letter in "2345")


@contextmanager
def rehearsing(settings: Settings) -> Iterator[None]:
    """Compile meanwhile, where no process has done so before; what is not compiled by the end is left.

    The kernels of a cluster are compiled where its tasks run.
    """
    if settings.spark_remote or not compiled.is_to_be_compiled(LAST):
        yield
        return
    with TemporaryDirectory(prefix="pumploss-rehearsal-", ignore_cleanup_errors=True) as home:
        # A group of its own: Ctrl-C is for the run, which ends this one.
        child = subprocess.Popen(
            [sys.executable, "-m", __name__, home],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield
        finally:
            child.terminate()
            child.wait()


def rehearse(home: Path) -> None:
    """Run the steps up to features and labels in a home of their own, over some days of a few trades each."""
    settings = from_environment({"PUMPLOSS_HOME": str(home)})
    for day in _DAYS:
        _land(Path(settings.landing) / "canonical" / day.isoformat() / "trades.csv", day)
    with open_context(settings) as context:
        run_steps(context, [step.name for step in DATA_STEPS], _DAYS)


def _land(file: Path, day: date) -> None:
    """Write a dump: of each coin one trader buys first, and another buys then and sells half of it."""
    of_coin = ((_FIRST, "buy", 3), (_SECOND, "buy", 2), (_SECOND, "sell", 1))
    trades = [(mint, *trade) for mint in _MINTS for trade in of_coin]
    file.parent.mkdir(parents=True)
    with file.open("w", newline="") as opened:
        rows = csv.DictWriter(opened, source("canonical").fields, restval="0")
        rows.writeheader()
        for second, (mint, trader, direction, tokens) in enumerate(trades):
            who = {"signature": "", "trader_address": trader, "token_mint": mint, "direction": direction}
            amounts = {"token_units": tokens * 10**6, "token_decimals": 6, "sol_lamports": tokens * 10**8}
            reserves = {"virtual_sol_lamports": 31 * 10**9, "virtual_token_units": 10**15, "venue": "pump_curve"}
            rows.writerow({"traded_at": f"{day}T12:00:0{second}Z", **who, **amounts, **reserves})


if __name__ == "__main__":
    program.begin()
    with suppress(OSError):
        # Of a machine that runs short of memory this process is the one to spare.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    rehearse(Path(sys.argv[1]))
    program.end(0)
