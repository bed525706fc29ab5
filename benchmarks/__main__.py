"""Runs one benchmark: `python -m benchmarks NAME [--rows N] [--traders N] [--history DAYS]`."""

import argparse
import importlib
import inspect
import pkgutil

import benchmarks
from pumploss.garbage import look_seldom


def names() -> list[str]:
    """List the benchmarks: modules of this package with a `run`."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_"))
    return [name for name in modules if hasattr(importlib.import_module(f"benchmarks.{name}"), "run")]


def main() -> None:
    """Run one benchmark and print its lines as they come."""
    look_seldom()  # as every command does
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--rows", "--trades", type=int, help="trades to measure on; each benchmark has its own default")
    parser.add_argument("--traders", type=int, help="traders of those days, where a benchmark has traders of its own")
    parser.add_argument("--history", type=int, help="days before the measured one, where a benchmark draws a history")
    chosen = vars(parser.parse_args())
    run = importlib.import_module(f"benchmarks.{chosen.pop('name')}").run
    sizes = {name: size for name, size in chosen.items() if size}
    unknown = sizes.keys() - inspect.signature(run).parameters.keys()
    if unknown:
        parser.error(f"this benchmark has no {', '.join(sorted(unknown))}")
    for line in run(**sizes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
