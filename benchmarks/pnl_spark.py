"""The step on Apache Spark, in a process of its own: one process holds one engine."""

import json
import shutil
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import IO, Self

import polars as pl

from benchmarks.pnl_peers import Totals
from jobs.running.context import open_context
from jobs.running.runner import run_pass
from pumploss.report import RunReport
from pumploss.settings import Settings, from_environment
from pumploss.tables import silver_trades
from pumploss.tables.silver_trade_pnl import TABLE

_READY = "ready"
#: How long one answer may take: the first may have to fetch the jars.
PATIENCE_SECONDS = 900.0


class SparkStep:
    """A process that runs the step each time it is told to. `skipped` says why it does not."""

    def __init__(self, folder: str) -> None:
        self.skipped = ""
        self._home, self._log = Path(folder) / "spark", Path(folder) / "spark.log"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()

    def start(self, settings: Settings, day: date) -> bool:
        """Start it on a copy of the trades; False where Apache Spark cannot start here."""
        if shutil.which("java") is None:
            self.skipped = "java is not on PATH"
            return False
        lake = self._home / "lake"
        shutil.copytree(f"{settings.lake}/{silver_trades.TABLE.name}", lake / silver_trades.TABLE.name)
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.pnl_spark", day.isoformat(), str(self._home)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        if self._answer() != _READY:
            self.skipped = self._last_words()
        return not self.skipped

    def run(self) -> Totals:
        """Run the step once."""
        self._pipe("stdin").write("\n")
        self._pipe("stdin").flush()
        said = self._answer()
        if not said:
            raise RuntimeError(f"The step on Apache Spark ended: {self._last_words()}")
        return Totals(*json.loads(said))

    def _last_words(self) -> str:
        said = self._log.read_text(encoding="utf-8").strip().splitlines()
        return said[-1] if said else "Apache Spark's process ended without a word"

    def _pipe(self, name: str) -> IO[str]:
        pipe: IO[str] | None = getattr(self._process, name)
        if pipe is None:
            raise RuntimeError("Apache Spark was not started")
        return pipe

    def _answer(self) -> str:
        """The next line that starts with an equals sign (others are the engine's); empty when the process has ended."""
        guard = threading.Timer(PATIENCE_SECONDS, self._kill)
        guard.start()
        try:
            return next((said[1:].strip() for said in self._pipe("stdout") if said.startswith("=")), "")
        finally:
            guard.cancel()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()


def main(day: date, home: str) -> None:
    """Start the engine, then run the step for every line of standard input."""
    with open_context(from_environment({"PUMPLOSS_HOME": home, "SPARK_REMOTE": "local[*]"})) as context:
        context.spark.sql("SELECT 1").collect()
        print(f"={_READY}", flush=True)
        for _ in sys.stdin:
            run_pass(context, RunReport("silver_trade_pnl"), (day,))
            context.lake.unstage()
            names = ["matched_units", "sold_cost_lamports", "pnl_lamports"]
            sums = pl.read_delta(context.lake.path(TABLE), columns=["direction", *names])
            totals = sums.filter(pl.col("direction") == "sell").select(pl.col(names).cast(pl.Int128).sum()).row(0)
            print(f"={json.dumps(totals)}", flush=True)


if __name__ == "__main__":
    main(date.fromisoformat(sys.argv[1]), sys.argv[2])
