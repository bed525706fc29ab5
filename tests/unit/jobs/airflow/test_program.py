"""Airflow's own commands, as a program of the project runs them."""

import subprocess

import pytest

from jobs.airflow import command, environment
from pumploss.settings import ROOT, from_environment


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Exit code and what was said of a command of Airflow, in a home of its own."""
    variables = environment(from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("airflow"))}))

    def ran(*words):
        found = subprocess.run(command(*words), env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
        return found.returncode, found.stdout.strip(), found.stderr

    return ran


@pytest.mark.slow
def test_it_answers_what_airflow_does(ran):
    code, said, _ = ran("config", "get-value", "core", "load_examples")
    assert (code, said) == (0, "False")


@pytest.mark.slow
def test_it_ends_with_airflows_code(ran):
    code, _, errors = ran("pools", "list")
    assert (code, "no such table" in errors) == (1, True), "its database was never made"
    code, _, errors = ran("no_such_command")
    assert (code, "no_such_command" in errors) == (2, True)
