"""Runs one benchmark: `python -m benchmarks NAME [--rows N]`."""

import argparse
import importlib
import pkgutil

import benchmarks


def names() -> list[str]:
    """List the benchmarks: modules of this package with a `run`."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_"))
    return [name for name in modules if hasattr(importlib.import_module(f"benchmarks.{name}"), "run")]


def main() -> None:
    """Run one benchmark and print its lines as they come."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=benchmarks.__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--rows", type=int, help="trades to measure on; each benchmark has its own default")
    chosen = parser.parse_args()
    run = importlib.import_module(f"benchmarks.{chosen.name}").run
    for line in run(chosen.rows) if chosen.rows else run():
        print(line, flush=True)


if __name__ == "__main__":
    main()
