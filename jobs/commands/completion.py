"""Prints what makes a shell complete commands and options."""

import argparse

import shtab

from jobs.commands import parser


def run(arguments: argparse.Namespace) -> int:
    """Print the completion of a shell, to be evaluated by it."""
    print(shtab.complete(parser.build("pumploss"), shell=arguments.shell))
    return 0
