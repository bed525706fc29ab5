"""Examples of the command line."""

import shlex

import pytest

from jobs.commands import reference_pages
from jobs.commands.examples import EXAMPLES, epilog
from jobs.commands.parser import parse


def test_every_command_has_examples():
    assert EXAMPLES.keys() == reference_pages._commands().keys()


@pytest.mark.parametrize("typed", [typed for examples in EXAMPLES.values() for typed, _ in examples])
def test_each_is_read_by_the_program(typed):
    assert parse(shlex.split(typed), "pumploss").handler.startswith("jobs.commands.")


def test_help_shows_them(capsys):
    with pytest.raises(SystemExit):
        parse(["losers", "--help"], "python -m jobs")
    assert epilog("losers", "python -m jobs") in capsys.readouterr().out
