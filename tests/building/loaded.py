"""Loads what forks share: the commands, every step, and the library that judges what steps write."""

from importlib import import_module

from jobs.pipeline import STEPS
from pumploss.checks.library import great_expectations

for name in (
    "jobs.commands.run_steps",
    "jobs.running.nightly",
    "pumploss.embedded.engine_server",
    "matplotlib.backends.backend_svg",  # the page of a night that failed has charts
    *(f"jobs.{step.name}" for step in STEPS),
):
    import_module(name)
great_expectations()
